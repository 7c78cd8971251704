// A server of ours in the process that runs this file, whatever its runtime, with the handlers of case-server.ts and a few
// more. Prints its port once it listens, and serves until its input ends.
// Usage: RUNTIME serve.mjs HOST OPTIONS   with HOST one of `HOSTS`, and OPTIONS of the server as JSON
import { createServer } from "node:http";
import { createRequire } from "node:module";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

const AWAY_MS = 150;
const ADDRESS = "127.0.0.1";
const TEXT = ["content-type", "text/plain;charset=utf-8"];

const require = createRequire(import.meta.url);

/** A free port: on one that the system chose, uWebSockets.js could not listen a second time. */
async function findPort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, ADDRESS, resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A server of node:http, with ours attached. */
async function serveOnNode(options, port, prepare) {
  const { Server } = await import("@bowline/server");
  const sockets = new Set();
  const http = createServer((_request, response) => response.setHeader(...TEXT).end("the program"));
  http.on("connection", (socket) => sockets.add(socket.once("close", () => sockets.delete(socket))));
  const io = new Server(http, options);
  prepare(io);
  await new Promise((resolve) => http.listen(port, ADDRESS, resolve));
  return {
    port,
    async stop() {
      const closed = io.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** The ways in which programs have our server listen. Each starts it, and gives its port and what ends it. */
const HOSTS = {
  node: serveOnNode,
  "node with ws": (options, ...more) => serveOnNode({ ...options, wsEngine: "ws" }, ...more),

  async uws(options, port, prepare) {
    const uws = require(process.env.BOWLINE_UWS);
    const { Server } = await import("@bowline/server/uws");
    const app = uws.App();
    const io = new Server(options);
    io.attachApp(app);
    app.any("/*", (response) => response.writeHeader(...TEXT).end("the program"));
    prepare(io);
    const token = await new Promise((resolve) => app.listen(ADDRESS, port, resolve));
    if (!token) throw new Error(`Cannot listen on port ${port}`);
    return {
      port,
      async stop() {
        await io.close();
        // Not while the package is in the middle of one of its callbacks.
        await sleep(0);
        app.close();
      },
    };
  },

  async bun(options, port, prepare) {
    const { Server } = await import("@bowline/server/bun");
    const io = new Server(options);
    const others = () => new Response("the program");
    // Both ways that programs have, the second one after the first restart.
    if (generation === 0) io.listen(port, { hostname: ADDRESS, fetch: others });
    else Bun.serve({ port, hostname: ADDRESS, ...io.handler(others) });
    prepare(io);
    return { port, stop: () => io.close() };
  },
};

const [, , host, settings = "{}"] = process.argv;
let generation = 0;
let running;

/** Functions of a program that JSON cannot bring along. */
function readOptions() {
  const { guard, ...options } = JSON.parse(settings);
  if (guard !== true) return options;
  return {
    ...options,
    allowRequest: (request, decide) => decide(null, request.headers["x-guest"] === undefined),
  };
}

async function restart() {
  const { port } = running;
  await running.stop();
  await sleep(AWAY_MS);
  generation += 1;
  running = await HOSTS[host](readOptions(), port, prepare);
}

function addHandlers(io, socket) {
  const numbered = [];
  socket.on("echo", (...args) => args.at(-1)?.(...args.slice(0, -1)));
  socket.on("back", (...args) => socket.emit("back", ...args));
  socket.on("numbered", (number) => void numbered.push(number));
  socket.on("numbers", (answer) => answer(numbered));
  socket.on("namespace", (answer) => answer(socket.nsp.name));
  socket.on("generation", (answer) => answer(generation));
  socket.on("silence", () => {});
  socket.on("ask me", (value, answer) => socket.emit("question", value, answer));
  socket.on("send me away", () => socket.disconnect());
  socket.on("cut me off", () => socket.conn.close());
  socket.on("restart", () => void restart());
  socket.on("join", async (room, answer) => {
    await socket.join(room);
    answer(io.sockets.adapter.rooms.get(room).size);
  });
  socket.on(
    "tell",
    (room, except, ...args) =>
      void io
        .to(room)
        .except(except)
        .emit("told", ...args),
  );
  socket.on("tell others", (...args) => void socket.broadcast.emit("told", ...args));
  socket.on("who am I", (answer) => {
    const { handshake, request, conn } = socket;
    answer({
      address: [handshake.address, conn.remoteAddress],
      header: [handshake.headers["x-mine"], request.headers["x-mine"]],
      query: [handshake.query.mine, request._query.mine],
      url: handshake.url === request.url,
      secure: handshake.secure,
    });
  });
  // As much at once as no connection takes at a time, with something small behind it.
  socket.on("flood me", (count) => {
    for (let at = 0; at < count; at++) socket.emit("flood", at, "x".repeat(100_000));
    socket.emit("flooded", count);
  });
  socket.emit("pushed", Buffer.of(1, 2, 3));
}

function prepare(io) {
  io.of("/secret").use((_socket, next) => next(new Error("no entry")));
  io.engine.on("initial_headers", (headers) => {
    headers["x-initial"] = "yes";
  });
  io.engine.on("headers", (headers) => {
    headers["x-each"] = ["1", "2"];
  });
  for (const path of ["/", "/news", "/news/local"]) io.of(path).on("connection", (socket) => addHandlers(io, socket));
}

running = await HOSTS[host](readOptions(), await findPort(), prepare);
process.stdout.write(`${running.port}\n`);
process.stdin.on("data", () => {});
process.stdin.on("end", async () => {
  await running.stop();
  process.stdout.write("stopped\n");
});
