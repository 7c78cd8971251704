// A program of 2.x that uses the engine by itself, without Socket.IO.
const { createServer } = require("node:http");
const engineIo = require("engine.io");
const connect = require("engine.io-client");
const { ask, listen, route, say, serve } = require("./engine-scenes.cjs");

async function main() {
  say(engineIo.protocol, Object.keys(engineIo.parser).sort(), Object.keys(engineIo.transports));
  say(engineIo.Server.errors.FORBIDDEN, require("engine.io/lib/server") === engineIo.Server);
  say(require("engine.io/lib/socket") === engineIo.Socket, require("engine.io/lib/transport") === engineIo.Transport);
  const httpServer = createServer((request, response) => response.end(`the program: ${request.url}`));
  const engine = engineIo(httpServer, { pingInterval: 300 });
  say(
    engine instanceof engineIo.Server,
    engineIo.Server() instanceof engineIo.Server,
    engine.pingInterval,
    engine.cookie,
  );
  engine.pingTimeout = 1234;
  const port = await listen(httpServer);
  for (const path of ["/x", "/engine.io/?transport=gopher", "/engine.io/?EIO=3&transport=polling&sid=nobody"]) {
    say(path, ...(await ask(port, path, { headers: { origin: "http://a.example" } })));
  }
  engine.once("connection", (socket) => setImmediate(() => socket.close(true)));
  say(...(await ask(port, "/engine.io/?EIO=3&transport=polling", { headers: { origin: "http://a.example" } })));
  const url = `ws://localhost:${port}`;
  await serve(engine, connect(url), { upgraded: true });
  await serve(engine, connect(url, { transports: ["websocket"] }), { upgraded: false });
  await serve(engine, connect(url, { upgrade: false }), { upgraded: false });
  engine.close();
  httpServer.closeAllConnections();
  httpServer.close();
  await route(engineIo({ allowUpgrades: false }));
  const listening = engineIo.listen(0, async () => {
    say(listening instanceof engineIo.Server, ...(await ask(listening.httpServer.address().port, "/x")));
    listening.close();
    listening.httpServer.closeAllConnections();
    listening.httpServer.close();
    say("client: bytes", Buffer.from([6, 5, 4]));
  });
}

void main();
