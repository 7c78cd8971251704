// The suite `http-engine`: one request to a live engine server in a given state, and everything that comes of it.
// Place: run by the runner with the peers of engine-peers.mjs.
// Rules: recorded headers have to be equal; of those that change what a client does, none may come unrecorded. The
// length of a body is recorded where the server knows it beforehand; otherwise it may come or not. A doubtful request
// may be refused in other words.
import { createServer } from "node:http";
import { Mismatch } from "./checks.mjs";
import { brief, Cleanup, closeHttp, different, Journal, LIMIT_MS, listen, pause, QUIET_MS } from "./live-tools.mjs";
import { RawRequest } from "./raw-http.mjs";
import { fromWire, isSame } from "./values.mjs";

const TELLING = /^(access-control-.*|content-encoding|content-type|set-cookie|vary|x-xss-protection|sec-websocket-.*)$/;

/** What the application of a row gives as the reason of its refusal. */
function refusalOf(row) {
  if (row.name.includes("without message")) return undefined;
  return row.name.includes("numeric code") ? 4 : "go away";
}

function serverOptions(row) {
  const options = { ...row.server_options };
  if (options.allowRequest !== undefined) options.allowRequest = (_request, answer) => answer(refusalOf(row), false);
  return options;
}

/** A live server for one row. */
class Scene {
  journal = new Journal();
  sessions = [];
  refusals = [];
  /** How many requests have reached the server. */
  requests = 0;
  /** Whether the server tells of refused requests by an event; 3.6 does not. */
  reportsRefusals;
  #cleanup = new Cleanup();
  #port = 0;

  async start(peer, row) {
    this.reportsRefusals = peer.reportsRefusals;
    const server = createServer((_request, response) => {
      response.writeHead(404);
      response.end("fallback");
    });
    const engine = peer.attach(server, serverOptions(row));
    engine.on("connection", (socket) => {
      const session = { socket, id: socket.id, closed: undefined };
      this.sessions.push(session);
      socket.on("close", (reason) => {
        session.closed = reason;
        this.journal.changed();
      });
      this.journal.changed();
    });
    engine.on("connection_error", ({ code, message, context }) => {
      this.refusals.push({ code, message, context: JSON.parse(JSON.stringify(context ?? {})) });
      this.journal.changed();
    });
    server.prependListener("request", () => {
      this.requests++;
      this.journal.changed();
    });
    this.#port = await listen(server);
    this.#cleanup.add(() => closeHttp(server));
    this.#cleanup.add(() => engine.close());
    this.#cleanup.add(() => {
      for (const { socket, closed } of this.sessions) if (closed === undefined) socket.close(true);
    });
  }

  send(request) {
    const raw = new RawRequest(this.journal, this.#port, request);
    this.#cleanup.add(() => raw.destroy());
    return raw;
  }

  /** Sends a request and waits for its whole answer. */
  async ask(request) {
    const raw = this.send(request);
    await this.journal.until(() => raw.response() !== undefined || raw.ended);
    return raw;
  }

  end() {
    return this.#cleanup.run();
  }
}

/** Opens a session by polling. */
async function openSession(scene, eio) {
  const opened = await scene.ask({ method: "GET", path: `/engine.io/?EIO=${eio}&transport=polling` });
  await scene.journal.until(() => scene.sessions.length > 0);
  const [session] = scene.sessions;
  if (session === undefined) {
    throw new Mismatch("broken", `no session was opened: ${brief(opened.response()?.body.toString())}`);
  }
  return session;
}

async function openWebSocket(scene, url, { finish }) {
  const socket = scene.send({ method: "GET", path: `${url}&transport=websocket`, websocket: true });
  await scene.journal.until(() => socket.response() !== undefined);
  socket.sendText("2probe");
  await scene.journal.until(() => socket.response()?.frames?.length > 0);
  if (finish) socket.sendText("5");
  // Nothing on the wire tells that the server has moved on.
  const [{ socket: session }] = scene.sessions;
  for (let turns = 0; finish && session.transport.name !== "websocket" && turns < LIMIT_MS / 10; turns++)
    await pause(10);
  await pause(QUIET_MS);
}

/** Brings a session into the state that a row begins with; gives the requests that stay in flight. */
async function prepare(scene, row) {
  const words = row.setup;
  if (words === "none") return { pending: new Map() };
  const eio = row.server === "engine.io@3.6" || words.includes("eio3") ? 3 : 4;
  const session = await openSession(scene, eio);
  const url = `/engine.io/?EIO=${eio}&sid=${session.id}`;
  const pending = new Map();
  const known = scene.requests;
  if (words.includes("closed")) {
    session.socket.close();
    await scene.ask({ method: "GET", path: `${url}&transport=polling` });
    await scene.journal.until(() => session.closed !== undefined);
    scene.refusals.length = 0;
  }
  if (words.includes("queued")) session.socket.send("queued");
  const size = /one message of (\d+) x/.exec(words)?.[1];
  if (size !== undefined) session.socket.send("x".repeat(Number(size)));
  if (words.includes("pending-get")) {
    pending.set("pending-get", scene.send({ method: "GET", path: `${url}&transport=polling` }));
  }
  if (words.includes("pending-post")) {
    const body = eio === 4 ? "4a" : "2:4a";
    const unfinished = { method: "POST", path: `${url}&transport=polling`, body, announcedLength: body.length + 1 };
    pending.set("pending-post", scene.send(unfinished));
  }
  if (pending.size > 0) {
    await scene.journal.until(() => scene.requests > known);
    await pause(QUIET_MS);
  }
  if (words.startsWith("ws-")) await openWebSocket(scene, url, { finish: words === "ws-upgraded" });
  return { session, pending };
}

function hideSid(value, sid) {
  return sid === undefined ? value : JSON.parse(JSON.stringify(value).replaceAll(sid, "<sid>"));
}

function checkHeaders(what, actual, expected) {
  for (const [name, value] of Object.entries(expected)) {
    const same =
      name === "connection" ? actual[name]?.toLowerCase() === value.toLowerCase() : isSame(actual[name], value);
    if (!same) throw different(`${what}: header ${name}`, actual[name], value);
  }
  for (const name of Object.keys(actual)) {
    if (TELLING.test(name) && !(name in expected)) throw different(`${what}: header ${name}`, actual[name], undefined);
  }
}

/** Compares a whole response with the recorded one; `raw` may also have got none. */
function checkResponse(what, raw, expected, sid) {
  if (expected.still_pending) {
    if (!raw.untouched || raw.ended) throw different(what, raw.response() ?? "closed", "still pending");
    return;
  }
  const response = raw.response();
  if (expected.network_error !== undefined) {
    if (response !== undefined || !raw.ended)
      throw different(what, response?.status ?? "pending", "closed without an answer");
    return;
  }
  if (response === undefined) throw different(what, raw.ended ? "closed without an answer" : "no answer", expected);
  const { status, headers, body, frames } = response;
  if (status !== expected.status) {
    const refused = status >= 400 && status < 500;
    throw new Mismatch(
      refused ? "refused" : "different",
      `${what}: status ${status} (${body}) instead of ${expected.status}`,
    );
  }
  if (expected.frames !== undefined) {
    if (!isSame(hideSid(frames, sid), expected.frames)) throw different(`${what}: frames`, frames, expected.frames);
    if (raw.ended !== expected.tcp_ended) throw different(`${what}: connection ended`, raw.ended, expected.tcp_ended);
  } else {
    const text = hideSid(body.toString(), sid);
    const wanted = fromWire(expected.decoded_body ?? expected.body);
    const kind = status >= 400 && status < 500 ? "refused" : "different";
    if (text !== wanted) throw new Mismatch(kind, `${what}: body ${brief(text)} instead of ${brief(wanted)}`);
  }
  checkHeaders(what, hideSid(headers, sid), expected.headers);
}

function isSettled(raw, expected) {
  if (expected.still_pending) return true;
  if (raw.ended) return true;
  const response = raw.response();
  if (response === undefined || expected.tcp_ended) return false;
  return response.frames === undefined || response.frames.length >= (expected.frames?.length ?? 0);
}

async function replay(scene, row) {
  const { session, pending } = await prepare(scene, row);
  const { method, path, headers, body, websocket_upgrade: websocket } = row.request;
  const raw = scene.send({
    method,
    path: path.replaceAll("<sid>", session?.id ?? "<sid>"),
    headers,
    websocket,
    ...(body === undefined ? {} : { body: fromWire(body) }),
  });
  const others = row.other_responses ?? [];
  const refusals = row.connection_error_event ?? [];
  await scene.journal.until(() => {
    if (!isSettled(raw, row.response)) return false;
    if (row.session_closed !== undefined && session.closed === undefined) return false;
    if (scene.reportsRefusals && scene.refusals.length < refusals.length) return false;
    return others.every(({ request, response }) => isSettled(pending.get(request), response));
  }, LIMIT_MS);
  await pause(QUIET_MS);
  const [known] = scene.sessions;
  checkResponse("answer", raw, row.response, known?.id);
  for (const { request, response } of others) checkResponse(request, pending.get(request), response, known?.id);
  if (session?.closed !== row.session_closed) throw different("session closed", session?.closed, row.session_closed);
  if (scene.reportsRefusals) {
    const seen = hideSid(scene.refusals, known?.id);
    if (!isSame(seen, refusals)) throw different("connection_error", seen, refusals);
  }
}

/** Checks one row against the peer of its server. */
export async function checkHttpEngine(row, peers) {
  const peer = peers.get(row.server);
  const scene = new Scene();
  try {
    await scene.start(peer, row);
    await replay(scene, row);
  } finally {
    await scene.end();
  }
}
