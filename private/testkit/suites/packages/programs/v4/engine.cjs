// A program of 4.x that uses the engine client by itself, beside a client of the same server.
const { createServer } = require("node:http");
const { Socket, protocol, transports } = require("engine.io-client");
const { Server } = require("socket.io");
const { io: connect } = require("socket.io-client");
const { say, talk } = require("./talk.cjs");

const httpServer = createServer();
const server = new Server(httpServer);
say(protocol, Object.keys(transports).sort(), Socket.protocol);
httpServer.listen(0, () => {
  const url = `ws://localhost:${httpServer.address().port}`;
  const engine = new Socket(url, { path: "/socket.io" });
  engine.on("open", () => {
    say("engine: open", engine.readyState, typeof engine.id, engine.transport.name);
    engine.send("0");
  });
  engine.on("upgrade", (transport) => {
    say("engine: upgrade", transport.name);
    setTimeout(() => engine.close(), 50);
  });
  engine.on("message", (data) => say("engine: message", data.slice(0, 7)));
  engine.on("close", (reason) => {
    say("engine: close", reason);
    talk(server, httpServer, connect);
  });
});
