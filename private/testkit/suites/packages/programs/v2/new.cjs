// A program of 2.x: a server made with `new` and attached later, classes from their own files.
const { createServer } = require("node:http");
const Server = require("socket.io");
const on = require("socket.io-client/lib/on");
const { connect } = require("socket.io-client");
const { say, talk } = require("./talk.cjs");

const httpServer = createServer();
const io = new Server();
io.attach(httpServer);
io.on("connection", (socket) => {
  const fromFile = [require("socket.io/lib/socket"), require("socket.io/lib/namespace")];
  say(socket instanceof fromFile[0], socket.nsp instanceof fromFile[1]);
});
httpServer.listen(0, () => {
  talk(io, httpServer, (url) => {
    const socket = connect(url, { forceNew: true });
    const subscription = on(socket, "connect", () => subscription.destroy());
    return socket;
  });
});
