// The suite `socketio-client-live`: a scripted server that speaks raw frames to a live client, what the client sends,
// and what its application saw.
// Place: run by the runner with the peers of client-peers.mjs.
// Rules: in rows with timers a frame may come a step earlier or later, so sequences are compared whole; in all others
// step by step. What is announced is waited for; what must not come is looked for in a quiet time.
import { WebSocketServer } from "ws";
import { Mismatch } from "./checks.mjs";
import { brief, Cleanup, frameOf, Journal, LIMIT_MS, pause, QUIET_MS, toTagged } from "./live-tools.mjs";
import { isSame } from "./values.mjs";

const OPEN_PACKET = {
  sid: "ENGINESID00000000000",
  upgrades: [],
  pingInterval: 25_000,
  pingTimeout: 20_000,
  maxPayload: 1_000_000,
};

/** Events that servers of the tables send; clients of 2.x have no catch-all listener. */
const NAMES = ["x", "q", "b", "toString"];

const isCurrent = (row) => row.client === "socket.io-client@4.8";

function message(nsp, name, args, tell) {
  tell({ event: "message", nsp, name, args: toTagged(args) });
  const ack = args.at(-1);
  if (typeof ack !== "function") return;
  ack("r", ...args.slice(0, -1));
  ack("again");
}

function watch(row, socket, nsp, tell) {
  socket.on("connect", () => {
    tell({ event: "connect", nsp, id: socket.id, ...(isCurrent(row) && { recovered: Boolean(socket.recovered) }) });
  });
  socket.on("disconnect", (reason) => tell({ event: "disconnect", nsp, reason }));
  socket.on("connect_error", ({ message: text, data }) => tell({ event: "connect_error", nsp, message: text, data }));
  if (isCurrent(row)) {
    socket.onAny((name, ...args) => message(nsp, name, args, tell));
    return;
  }
  socket.on("error", (value) => {
    tell({ event: "error", nsp, value: value instanceof Error ? value.message : toTagged(value) });
  });
  for (const name of NAMES) socket.on(name, (...args) => message(nsp, name, args, tell));
}

/** What an application may do, by the name that the tables have for it. */
function actionsOf(row, socket, tell) {
  const ack = (...args) => tell({ event: "ack", args: toTagged(args) });
  let admin;
  return {
    emit: () => socket.emit("ev", 1),
    emitAck: () => socket.emit("ask", "x", ack),
    emitAckTimeout: () =>
      socket.timeout(60).emit("ask", "x", (error, ...args) => {
        tell({ event: "ack-or-timeout", error: error?.message, args: toTagged(args) });
      }),
    emitBin: () => socket.emit("b", Buffer.from([1, 2, 3]), { n: Buffer.from([4]) }),
    emitBinAck: () => socket.emit("b", Buffer.from([9]), ack),
    emitUnicode: () => socket.emit("é", "\u{1f600}\u2028"),
    volatile: () => socket.volatile.emit("v", 1),
    reserved: () => {
      try {
        socket.emit("disconnect");
        tell({ event: "no-throw" });
      } catch (error) {
        tell({ event: "throws", message: error.message });
      }
    },
    admin: () => {
      admin = socket.io.socket("/admin", isCurrent(row) ? { auth: { k: 1 } } : { query: { k: "a b" } });
      watch(row, admin, "/admin", tell);
    },
    adminEmit: () => admin.emit("ev", "adm"),
    adminDisconnect: () => admin.disconnect(),
    disconnect: () => socket.disconnect(),
    engineClose: () => socket.io.engine.close(),
  };
}

/** A scripted server; it has the newest connection of the client at hand. */
class Script {
  #server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  #connection;

  constructor(row, see) {
    this.#server.on("connection", (connection, request) => {
      this.#connection = connection;
      const query = new URL(request.url, "ws://localhost").searchParams;
      see({ connected: Object.fromEntries(query) });
      connection.on("message", (data, isBinary) => see(frameOf(data, isBinary)));
      connection.on("close", (code) => see({ close: code }));
      connection.on("error", () => undefined);
      connection.send(`0${JSON.stringify(row.open_packet ?? OPEN_PACKET)}`);
    });
  }

  async listen() {
    if (this.#server.address() === null) await new Promise((resolve) => this.#server.once("listening", resolve));
    return this.#server.address().port;
  }

  /** Plays the server's part of a step. */
  play(step) {
    const connection = this.#connection;
    if (step.server_sends !== undefined) connection?.send(step.server_sends, () => undefined);
    if (step.server_sends_binary !== undefined) {
      connection?.send(Buffer.from(step.server_sends_binary, "base64"), () => undefined);
    }
    if (step.server_closes !== undefined) connection?.close(...(step.server_closes === 0 ? [] : [step.server_closes]));
    if (step.server_kills_tcp) connection?.terminate();
  }

  close() {
    for (const connection of this.#server.clients) connection.terminate();
    return new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}

function isExpectedEvent(actual, expected) {
  const informative = String(expected.message).startsWith("<informative text");
  if (!informative) return isSame(actual, expected);
  return actual.message !== "" && isSame({ ...actual, message: expected.message }, expected);
}

function isExpected({ sends, events, uncaught }, expected) {
  return (
    isSame(sends, expected.sends) &&
    events.length === expected.events.length &&
    events.every((event, at) => isExpectedEvent(event, expected.events[at])) &&
    isSame(uncaught, expected.uncaught)
  );
}

function expectedOf(step) {
  return {
    sends: step.client_sends,
    events: step.client_events ?? [],
    uncaught: step.uncaught === undefined ? [] : [step.uncaught],
  };
}

/** Whether a client hung up, or ignored the packet, where the recorded one did something questionable. */
function isStricter({ sends, events, uncaught }) {
  if (uncaught.length > 0) return false;
  const [last, ...others] = [...events].reverse();
  const left = last?.event === "disconnect" && ["parse error", "transport error"].includes(last.reason);
  const hungUp = sends.length === 1 && sends[0].close !== undefined && left;
  const told = others.every(({ event }) => event === "error");
  return (hungUp && told) || (sends.length === 0 && events.length === 0);
}

function describe(seen, expected) {
  return `client sent, saw, threw ${brief(Object.values(seen))} instead of ${brief(Object.values(expected))}`;
}

function emptyStep() {
  return { sends: [], events: [], uncaught: [] };
}

function joined(steps) {
  return {
    sends: steps.flatMap(({ sends }) => sends),
    events: steps.flatMap(({ events }) => events),
    uncaught: steps.flatMap(({ uncaught }) => uncaught),
  };
}

/**
 * Whether as much has come as the recorded client had brought by now, or the client has hung up, after which nothing
 * comes. Exceptions are not waited for: they come while a frame is read, or never.
 */
function hasCome(steps, expected) {
  const seen = joined(steps);
  const wanted = joined(expected);
  if (seen.sends.length >= wanted.sends.length && seen.events.length >= wanted.events.length) return true;
  const hungUp = (sends) => sends.at(-1)?.close !== undefined;
  return hungUp(steps.at(-1).sends) && !hungUp(expected.at(-1).sends) && steps.at(-1).events.length > 0;
}

function isTimed({ client_options: options, open_packet: open, transcript }) {
  const shortTimer = options.reconnection === true || open?.pingInterval < 1000;
  return shortTimer || transcript.some(({ client_action: action }) => action === "emitAckTimeout");
}

async function replay(row, journal, steps, script, actions) {
  const expected = row.transcript.map(expectedOf);
  for (const [at, step] of row.transcript.entries()) {
    if (at > 0) steps.push(emptyStep());
    script.play(step);
    if (step.client_action !== undefined) actions[step.client_action]();
    const idle = expected[at].sends.length + expected[at].events.length === 0 || expected[at].uncaught.length > 0;
    // What timers bring later than recorded is waited for before the script goes on, not in each step.
    const limit = isTimed(row) && step.wait_ms === undefined && at < row.transcript.length - 1 ? QUIET_MS : LIMIT_MS;
    if (idle) await pause(step.wait_ms ?? QUIET_MS);
    await journal.until(() => hasCome(steps, expected.slice(0, at + 1)), limit);
    if (isTimed(row)) continue;
    await pause(at === row.transcript.length - 1 ? QUIET_MS : 0);
    if (isExpected(steps[at], expected[at])) continue;
    // From here on the connections are in different states: a stricter client's further steps mean nothing.
    throw new Mismatch(
      isStricter(steps[at]) ? "refused" : "different",
      `step ${at}: ${describe(steps[at], expected[at])}`,
    );
  }
  if (!isTimed(row)) return;
  await pause(QUIET_MS);
  const seen = joined(steps);
  if (!isExpected(seen, joined(expected))) throw new Mismatch("different", describe(seen, joined(expected)));
}

const escapes = (row) => row.transcript.some(({ uncaught }) => uncaught !== undefined);

/** Checks one row with the peer of its client. */
export async function checkClientLive(row, peers) {
  const cleanup = new Cleanup();
  const journal = new Journal();
  const steps = [emptyStep()];
  const see = (kind, item) => {
    steps.at(-1)[kind].push(item);
    journal.changed();
  };
  const onUncaught = (error) => see("uncaught", error.message);
  if (escapes(row)) {
    process.on("uncaughtException", onUncaught);
    cleanup.add(() => process.off("uncaughtException", onUncaught));
  }
  try {
    const script = new Script(row, (item) => see("sends", item));
    cleanup.add(() => script.close());
    const port = await script.listen();
    const options = { transports: ["websocket"], reconnection: false, forceNew: true, ...row.client_options };
    const socket = peers.get(row.client)(`http://127.0.0.1:${port}${row.namespace}`, options);
    cleanup.add(() => void socket.disconnect());
    const tell = (event) => see("events", event);
    watch(row, socket, row.namespace, tell);
    await replay(row, journal, steps, script, actionsOf(row, socket, tell));
  } finally {
    await cleanup.run();
  }
}

/** Whether a row must not run beside others: escaped errors belong to no row, and short timers want a free processor. */
export function runsAlone(row) {
  return escapes(row) || isTimed(row);
}
