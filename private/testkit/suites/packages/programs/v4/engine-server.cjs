// A program of 4.x that uses the engine by itself, without Socket.IO.
const { createServer } = require("node:http");
const { attach, listen: listenOn, parser, protocol, Server, Socket, Transport, transports } = require("engine.io");
const { Socket: Client } = require("engine.io-client");
const { happens, listen, ask, refuse, route, say, serve } = require("./engine-scenes.cjs");

async function main() {
  say(
    protocol,
    parser.protocol,
    Object.keys(transports),
    [Socket, Transport].map((value) => typeof value),
  );
  say(Server.errors, Server.errorMessages);
  const httpServer = createServer((request, response) => response.end(`the program: ${request.url}`));
  const engine = attach(httpServer, { allowEIO3: true, cookie: true, pingInterval: 300 });
  say(engine instanceof Server, engine.opts.pingInterval, engine.opts.maxHttpBufferSize, engine.opts.transports);
  const port = await listen(httpServer);
  await refuse(engine, port);
  engine.on("initial_headers", (headers, request) => {
    headers["x-initial"] = request.method;
  });
  engine.on("headers", (headers) => {
    headers["x-each"] = "1";
  });
  const opened = happens(engine, "connection");
  say(...(await ask(port, "/engine.io/?EIO=4&transport=polling")));
  (await opened)[0].close(true);
  const url = `ws://localhost:${port}`;
  await serve(engine, new Client(url), { upgraded: true });
  await serve(engine, new Client(url, { transports: ["websocket"] }), { upgraded: false });
  await serve(engine, new Client(url, { upgrade: false }), { upgraded: false });
  engine.use((_request, response, next) => {
    response.setHeader("x-each", "of a middleware");
    next();
  });
  engine.removeAllListeners("headers");
  say(engine.listenerCount("headers"), ...(await ask(port, "/engine.io/?EIO=4&transport=polling&sid=x")));
  engine.close();
  httpServer.closeAllConnections();
  httpServer.close();
  await route(new Server({ allowEIO3: true }));
  const listening = listenOn(0, {}, async () => {
    say(listening instanceof Server, ...(await ask(listening.httpServer.address().port, "/x")));
    listening.close();
    listening.httpServer.closeAllConnections();
    listening.httpServer.close();
    say("client: bytes", Buffer.from([6, 5, 4]));
  });
}

void main();
