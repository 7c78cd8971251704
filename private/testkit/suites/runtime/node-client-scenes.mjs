// What a client's options do on Node, as scenes that print one line of JSON per observation. Each runs in a process of its
// own, once with our client and once with the official one; the server is the official one, or Node's bare HTTP.
// Usage: node node-client-scenes.mjs SCENE own|official [OPTIONS-AS-JSON]
import { readFileSync } from "node:fs";
import { Agent, createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const [, , scene, whose, given = "{}"] = process.argv;
const { Server } = require("socket.io-v4");
const { io: connect } = require(whose === "own" ? "@bowline/client" : "socket.io-client-v4");
const options = JSON.parse(given);

const say = (...parts) => console.log(JSON.stringify(parts));
const finish = () => process.exit(0);

/** Listens, and gives the server's address and a function that makes Socket.IO of it. */
function listen(http, serverOptions = {}) {
  const io = new Server(http, { pingInterval: 60_000, ...serverOptions });
  return new Promise((resolve) => {
    http.listen(0, () => resolve({ io, port: http.address().port }));
  });
}

const SCENES = {
  /** Which cookies come with the first request of each kind. */
  async cookies() {
    const http = createServer();
    const { io, port } = await listen(http);
    const seen = {};
    http.prependListener("request", ({ method, headers }) => {
      seen[method] ??= headers.cookie ?? "none";
    });
    http.prependListener("upgrade", ({ headers }) => {
      seen.WebSocket = headers.cookie ?? "none";
    });
    io.engine.on("initial_headers", (headers) => {
      headers["set-cookie"] = options.cookies;
    });
    const socket = connect(`http://localhost:${port}`, options.client);
    socket.io.on("open", () => {
      socket.io.engine.on("upgrade", () => {
        for (const kind of ["GET", "POST", "WebSocket"]) say(kind, seen[kind]);
        finish();
      });
    });
  },

  /** Which extra headers come over each transport. */
  async headers() {
    const http = createServer();
    const { port } = await listen(http);
    http.prependListener("request", ({ method, headers }) => say(method, headers["x-who"]));
    http.prependListener("upgrade", ({ headers }) => {
      say("WebSocket", headers["x-who"]);
      finish();
    });
    // A transport after the other: the order of a poll and an upgrade is nobody's promise.
    const extraHeaders = { "x-who": "me" };
    const socket = connect(`http://localhost:${port}`, { extraHeaders, transports: ["polling"] });
    socket.on("connect", () => {
      socket.disconnect();
      http.removeAllListeners("request");
      connect(`http://localhost:${port}`, { extraHeaders, transports: ["websocket"], forceNew: true });
    });
  },

  /** Which messages are compressed, by their size. */
  async deflate() {
    const http = createServer();
    const { io, port } = await listen(http, { perMessageDeflate: true });
    io.on("connection", (socket) => socket.on("m", (_text, answer) => answer()));
    const bits = [];
    http.on("upgrade", (_request, connection) => {
      connection.on("data", (bytes) => bits.push((bytes[0] & 0x40) !== 0));
    });
    const socket = connect(`http://localhost:${port}`, { transports: ["websocket"], ...options.client });
    await new Promise((resolve) => socket.on("connect", resolve));
    for (const size of [20, 900, 2000]) {
      bits.length = 0;
      await new Promise((resolve) => socket.emit("m", "a".repeat(size), resolve));
      say(size, bits[0]);
    }
    finish();
  },

  /** Whether an agent is asked for the connections of both transports. */
  async agent() {
    const http = createServer();
    const { port } = await listen(http);
    class Counting extends Agent {
      addRequest(...args) {
        say("asked", args[0].getHeader("upgrade") ?? "polling");
        return super.addRequest(...args);
      }
    }
    const counting = new Counting();
    // Agents of older libraries are no subclass of Node's.
    const agent = options.isSubclass
      ? counting
      : { addRequest: (...args) => counting.addRequest(...args), destroy() {} };
    for (const transport of ["polling", "websocket"]) {
      const socket = connect(`http://localhost:${port}`, { agent, transports: [transport], forceNew: true });
      await new Promise((resolve) => socket.on("connect", resolve));
      say("connected", transport);
      if (transport === "polling") await new Promise((resolve) => setTimeout(resolve, 100));
    }
    finish();
  },

  /** What the server sees of a WebSocket that is opened with options of the ws package. */
  async websocket() {
    const http = createServer();
    const { io, port } = await listen(http);
    http.prependListener("upgrade", ({ headers, socket }) => {
      say(headers.origin, headers["sec-websocket-origin"], headers["sec-websocket-version"]);
      say(socket.remoteAddress, socket.remoteFamily);
    });
    io.on("connection", (socket) => socket.emit("large", "a".repeat(1000)));
    const socket = connect(`http://localhost:${port}`, { transports: ["websocket"], ...options.client });
    socket.on("large", (text) => say("received", text.length));
    socket.on("connect", () => {
      if (options.client.maxPayload === undefined) setTimeout(finish, 50);
    });
    socket.on("disconnect", (reason) => {
      say("disconnect", reason);
      finish();
    });
  },

  /** Whether a server is trusted, and by which cipher it is spoken to. */
  async tls() {
    const [key, cert] = [options.key, options.cert].map((file) => readFileSync(file));
    const http = createTlsServer({ key, cert, maxVersion: "TLSv1.2" });
    const { port } = await listen(http);
    http.on("secureConnection", (socket) => say(socket.getCipher().standardName));
    const checkServerIdentity = (host) => (options.isTrusted ? undefined : new Error(`${host} is not the one`));
    const client = { ca: cert, checkServerIdentity, ciphers: options.ciphers, transports: [options.transport] };
    const socket = connect(`https://127.0.0.1:${port}`, { ...client, reconnection: false });
    socket.on("connect", () => {
      say("connected");
      finish();
    });
    socket.on("connect_error", () => {
      say("refused");
      finish();
    });
  },

  /** A server for clients in other processes: it says its port, and a word to each client after a while. */
  async server() {
    const { io, port } = await listen(createServer());
    io.on("connection", (socket) => setTimeout(() => socket.emit("tick"), 500));
    say(port);
  },

  /** How long a client keeps its process. */
  visitor() {
    const { port, client } = options;
    const socket = connect(`http://localhost:${port}`, client);
    const busy = setInterval(() => {}, 1000);
    socket.on("connect", () => {
      say("connected");
      clearInterval(busy);
    });
    socket.on("tick", () => {
      say("tick");
      finish();
    });
  },
};

await SCENES[scene]();
