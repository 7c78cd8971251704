// The suite `socketio-server-live`: a dialogue over one WebSocket with a live Socket.IO server, and what its
// application saw.
// Place: run by the runner with the peers of server-peers.mjs.
// Rules: step by step; what a step has to bring is waited for, what it must not bring is looked for in a quiet time.
// Texts of errors are informative; the rest is compared to the letter.
import { createServer } from "node:http";
import { WebSocket } from "ws";
import { Mismatch } from "./checks.mjs";
import { brief, Cleanup, closeHttp, frameOf, Ids, Journal, listen, pause, QUIET_MS, toTagged } from "./live-tools.mjs";
import { isSame } from "./values.mjs";

const CLOSING_MS = 300;

/** Events that the application has handlers for; a catch-all listener tells of all others. */
const HANDLED = new Set(["echo", "double-ack", "leave", "kick", "ask", "auth?"]);

function nameOf(name) {
  if (name === undefined) return { $undefined: true };
  return typeof name === "function" ? { $function: true } : name;
}

function answerTo(socket, args) {
  const ack = args.at(-1);
  if (typeof ack === "function") ack(...args.slice(0, -1));
  else socket.emit("echo-back", ...args);
}

/** The handlers of the namespaces `/` and `/custom`; 2.x has no catch-all listeners. */
function serve(namespace, tell, { catchAll }) {
  namespace.on("connection", (socket) => {
    const nsp = namespace.name;
    tell({ event: "connection", nsp });
    if (catchAll) {
      socket.onAny((name, ...args) => {
        if (!HANDLED.has(name)) tell({ event: "any", nsp, name: nameOf(name), args: toTagged(args) });
      });
    }
    socket.on("echo", (...args) => {
      tell({ event: "echo", nsp, args: toTagged(args) });
      answerTo(socket, args);
    });
    socket.on("double-ack", (ack) => {
      ack(1);
      ack(2);
    });
    socket.on("leave", () => socket.disconnect());
    socket.on("kick", () => socket.disconnect(true));
    socket.on("ask", () => socket.emit("question", 1, (...args) => socket.emit("asked", ...args)));
    socket.on("auth?", () => socket.emit("auth", socket.handshake.auth ?? null));
    socket.on("disconnect", (reason) => tell({ event: "disconnect", nsp, args: [reason ?? null] }));
    socket.on("error", (error) => {
      tell({ event: "error", nsp, args: [error instanceof Error ? error : toTagged(error)] });
    });
  });
}

/**
 * What the application sees in a step. The tables do not record it for the first one: a client of the third engine
 * revision is in the main namespace at once, others have to ask.
 */
function expectedEvents(row, at) {
  if (at === 0) return row.eio === 3 ? [{ event: "connection", nsp: "/" }] : [];
  return row.transcript[at].server_events ?? [];
}

/** The application that the suite describes. */
function application(server, tell, kind) {
  serve(server.of("/"), tell, kind);
  serve(server.of("/custom"), tell, kind);
  server.of("/deny").use((_socket, next) => next(new Error("denied")));
  server.of("/deny-data").use((_socket, next) => {
    const error = new Error("denied");
    error.data = { code: 7 };
    next(error);
  });
  server.of(/^\/dyn-\d+$/).on("connection", (socket) => socket.emit("nsp", socket.nsp.name));
}

function isExpectedEvent(actual, expected) {
  const [error] = actual.args ?? [];
  if (actual.event !== "error" || !(error instanceof Error)) return isSame(actual, expected);
  return expected.event === "error" && actual.nsp === expected.nsp && typeof expected.args[0] === "string";
}

function isExpectedFrame(actual, expected, ids) {
  if (actual.text === undefined || expected.text === undefined) return isSame(actual, expected);
  return ids.matches(expected.text, actual.text);
}

function tellable(event) {
  return { ...event, ...(event.args && { args: event.args.map((arg) => (arg instanceof Error ? arg.message : arg)) }) };
}

function areExpectedEvents(events, wanted) {
  return events.length === wanted.length && events.every((event, at) => isExpectedEvent(event, wanted[at]));
}

/** Whether the server has hung up where the recorded one answered: the stricter verdict of a doubtful row. */
function hungUp(frames, expected) {
  return frames.at(-1)?.close !== undefined && expected.every(({ close }) => close === undefined);
}

function compareStep(row, at, seen, ids) {
  const step = row.transcript[at];
  const { frames, events } = seen;
  const expected = step.receive;
  const what = `step ${at} (${brief(step.send ?? step.send_binary ?? step.wait_ms ?? "open")})`;
  if (
    frames.length !== expected.length ||
    !frames.every((frame, index) => isExpectedFrame(frame, expected[index], ids))
  ) {
    const kind = hungUp(frames, expected) ? "refused" : "different";
    throw new Mismatch(kind, `${what}: received ${brief(frames)} instead of ${brief(expected)}`);
  }
  const wanted = expectedEvents(row, at);
  if (!areExpectedEvents(events, wanted)) {
    // Where a doubtful packet may be refused, it may be dropped as well.
    const kind = events.length === 0 ? "refused" : "different";
    throw new Mismatch(kind, `${what}: server saw ${brief(events.map(tellable))} instead of ${brief(wanted)}`);
  }
}

async function replay(row, journal, seen, socket) {
  const ids = new Ids();
  for (const [at, step] of row.transcript.entries()) {
    if (at > 0) {
      seen.frames = [];
      seen.events = [];
    }
    if (step.send !== undefined && socket.readyState === WebSocket.OPEN) socket.send(step.send);
    if (step.send_binary !== undefined) socket.send(Buffer.from(step.send_binary, "base64"));
    const frames = step.receive.length;
    const events = expectedEvents(row, at).length;
    await journal.until(() => {
      const ended = seen.frames.at(-1)?.close !== undefined;
      return (seen.frames.length >= frames || ended) && seen.events.length >= events;
    });
    if (frames + events === 0) await pause(step.wait_ms ?? QUIET_MS);
    await pause(at === row.transcript.length - 1 ? QUIET_MS : 0);
    const isClosed = () => seen.frames.at(-1)?.close !== undefined;
    // Where the application saw something else, the server may be about to hang up.
    if (!areExpectedEvents(seen.events, expectedEvents(row, at))) await journal.until(isClosed, CLOSING_MS);
    compareStep(row, at, seen, ids);
  }
}

/** Checks one row against the peer of its server. */
export async function checkServerLive(row, peers) {
  const cleanup = new Cleanup();
  const journal = new Journal();
  const seen = { frames: [], events: [] };
  const see = (kind, item) => {
    seen[kind].push(item);
    journal.changed();
  };
  try {
    const http = createServer();
    const server = peers.get(row.server)(http, row.server_options);
    application(server, (event) => see("events", event), { catchAll: row.server === "socket.io@4.8" });
    const port = await listen(http);
    cleanup.add(() => closeHttp(http));
    cleanup.add(() => void server.close());
    const url = `ws://127.0.0.1:${port}/socket.io/?EIO=${row.eio}&transport=websocket`;
    const socket = new WebSocket(url, { perMessageDeflate: false });
    cleanup.add(() => socket.terminate());
    socket.on("message", (data, isBinary) => see("frames", frameOf(data, isBinary)));
    socket.on("close", (code) => see("frames", { close: code }));
    socket.on("error", () => journal.changed());
    await replay(row, journal, seen, socket);
  } finally {
    await cleanup.run();
  }
}
