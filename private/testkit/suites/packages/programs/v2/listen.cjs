// A program of 2.x: listens on a port, WebSocket alone, managers made without `new`.
const { createServer } = require("node:http");
const { once } = require("node:events");
const { Manager } = require("socket.io-client");
const { say, talk } = require("./talk.cjs");

async function main() {
  const httpServer = createServer().listen(0);
  await once(httpServer, "listening");
  const address = httpServer.address();
  httpServer.close();
  await once(httpServer, "close");
  const io = require("socket.io").listen(address.port);
  talk(io, { address: () => address }, (url) => {
    const manager = Manager(url, { transports: ["websocket"] });
    say(manager instanceof Manager, manager instanceof require("socket.io-client/lib/manager"));
    const socket = manager.socket("/");
    say(socket instanceof require("socket.io-client/lib/socket"));
    return socket;
  });
}

main();
