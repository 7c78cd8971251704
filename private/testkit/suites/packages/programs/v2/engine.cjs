// A program of 2.x that uses the engine client by itself, beside a client of the same server.
const { createServer } = require("node:http");
const eio = require("engine.io-client");
const connect = require("socket.io-client");
const { say, talk } = require("./talk.cjs");

const httpServer = createServer();
const io = require("socket.io")(httpServer);
say(eio.protocol, Object.keys(eio.transports).sort(), eio.Socket === eio, Object.keys(eio.parser.packets));
httpServer.listen(0, () => {
  const url = `ws://localhost:${httpServer.address().port}`;
  const engine = eio(url, { path: "/socket.io" });
  say("engine", engine instanceof eio, engine instanceof require("engine.io-client/lib/socket"));
  engine.on("open", () => say("engine: open", engine.readyState, typeof engine.id, engine.transport.name));
  engine.on("upgrade", (transport) => {
    say("engine: upgrade", transport.name);
    setTimeout(() => engine.close(), 50);
  });
  engine.on("message", (data) => say("engine: message", data));
  engine.on("close", (reason) => {
    say("engine: close", reason);
    talk(io, httpServer, connect);
  });
});
