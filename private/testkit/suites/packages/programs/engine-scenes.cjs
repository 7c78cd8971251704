// What programs of both generations do with the engine by itself. Prints one line per observation.
const { createServer } = require("node:http");
const { say } = require("./talk.cjs");

const listen = (httpServer) => new Promise((resolve) => httpServer.listen(0, () => resolve(httpServer.address().port)));
const happens = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
const withoutId = (text) => text.replace(/"sid":"[^"]*"/, '"sid":""').replace(/,"maxPayload":\d+/, "");

async function ask(port, path, options) {
  const response = await fetch(`http://localhost:${port}${path}`, options);
  const names = ["content-type", "set-cookie", "x-initial", "x-each", "access-control-allow-origin"];
  const sid = (value) => value?.replace(/io=[^;]*/, "io=");
  const headers = names.map((name) => sid(response.headers.get(name)));
  return [response.status, withoutId(await response.text()), ...headers];
}

/** Refusals, by answer and by event, and what `verify` says. */
async function refuse(engine, port) {
  engine.on("connection_error", ({ code, message, context, req }) =>
    say("refused", code, message, context, typeof req.url),
  );
  const requests = [
    ["/engine.io/?EIO=4&transport=gopher"],
    ["/engine.io/?EIO=4&transport=polling&sid=nobody"],
    ["/engine.io/?EIO=4&transport=polling", { method: "POST" }],
    ["/engine.io/?EIO=4&transport=polling", { method: "PUT" }],
    ["/engine.io/?EIO=4&transport=websocket"],
    ["/engine.io/any/path?EIO=4"],
    ["/engine.iox?EIO=4&transport=polling"],
    ["/engine.io"],
  ];
  for (const [path, options] of requests) say(path, ...(await ask(port, path, options)));
}

/** One client from its coming to its end. */
async function serve(engine, client, { upgraded }) {
  const [socket] = await happens(engine, "connection");
  say(
    "connection",
    socket.readyState,
    socket.upgraded,
    socket.upgrading,
    socket.transport.name,
    socket.transport.readyState,
  );
  say("found", engine.clientsCount, Object.keys(engine.clients).length, engine.clients[socket.id] === socket);
  say(
    "refers",
    socket.server === engine,
    typeof socket.request.url,
    socket.request._query.transport,
    socket.remoteAddress,
  );
  const counts = {};
  for (const event of ["packet", "packetCreate", "flush", "drain", "heartbeat"]) {
    socket.on(event, (...args) => {
      counts[event] = [typeof args[0], Array.isArray(args[0])];
    });
  }
  const moved = upgraded ? happens(socket, "upgrade") : Promise.resolve([]);
  const [transport] = await moved;
  if (upgraded) say("upgrade", transport === socket.transport, transport.name, socket.upgraded, transport.writable);
  const data = happens(socket, "data");
  const message = happens(socket, "message");
  client.send("hello");
  say("data", ...(await data), ...(await message));
  const echo = happens(client, "message");
  const sent = new Promise((resolve) => socket.write("world", { compress: true }, (taken) => resolve(taken.name)));
  say("echo", ...(await echo), await sent);
  const bytes = happens(client, "message");
  socket.send(Buffer.from([1, 2, 3]));
  say("bytes", Buffer.from((await bytes)[0]));
  const gone = happens(socket, "close");
  const left = happens(client, "close");
  client.once("error", () => undefined);
  socket.close();
  say("closed", (await gone)[0], (await left)[0], socket.readyState, engine.clientsCount);
  delete counts.heartbeat;
  say("told", Object.entries(counts).sort());
}

/** A program routes requests to the engine itself, and makes the ids. */
async function route(engine) {
  const httpServer = createServer((request, response) => {
    if (request.url.startsWith("/mine/")) engine.handleRequest(request, response);
    else response.end("not mine");
  });
  httpServer.on("upgrade", (request, socket, head) => engine.handleUpgrade(request, socket, head));
  let number = 0;
  engine.generateId = (request) => `id-${++number}-of-a-length-of-its-own-${request.method}`;
  const port = await listen(httpServer);
  say(...(await ask(port, "/elsewhere")));
  say(...(await ask(port, "/mine/?EIO=3&transport=polling")));
  say(Object.keys(engine.clients));
  engine.close();
  say(engine.clientsCount);
  httpServer.closeAllConnections();
  httpServer.close();
}

module.exports = { ask, happens, listen, refuse, route, say, serve };
