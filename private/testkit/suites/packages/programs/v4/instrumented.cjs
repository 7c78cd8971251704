// A program of 4.x under an instrumentation, which patches prototypes in files that it knows by name.
const { createServer } = require("node:http");
const { Server } = require("socket.io");
const connect = require("socket.io-client");
const { say, talk } = require("./talk.cjs");

/** What a file of the package exports, once it has been loaded. */
function loaded(file) {
  const wanted = new RegExp(`socket\\.io(?:-v4)?/dist/${file}\\.js$`);
  const path = Object.keys(require.cache).find((name) => wanted.test(name.replaceAll("\\", "/")));
  return require.cache[path].exports;
}

function count(prototype, method, label) {
  const original = prototype[method];
  prototype[method] = function counted(...args) {
    // Of its own the official socket listens for errors; the others are the program's.
    if (args[0] !== "error") say(label, String(args[0]));
    return original.apply(this, args);
  };
}

count(loaded("socket").Socket.prototype, "emit", "socket.emit");
count(loaded("socket").Socket.prototype, "on", "socket.on");
count(loaded("namespace").Namespace.prototype, "use", "namespace.use");
count(loaded("broadcast-operator").BroadcastOperator.prototype, "emit", "broadcast.emit");

const httpServer = createServer();
const server = new Server(httpServer);
server.of("/").use((_socket, next) => next());
server.on("connection", (socket) => {
  server.to(socket.id).emit("in room", 1);
  server.emit("to everybody", 2);
  server.of("/").except(socket.id).emit("to others", 3);
  socket.broadcast.emit("to others again", 4);
});
httpServer.listen(0, () => talk(server, httpServer, connect));
