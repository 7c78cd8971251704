// What a server refuses, and what it ends connections for: each has a code and a sentence at a trace point, and the other
// side learns no more of it than upstream's would.
import { channel } from "node:diagnostics_channel";
import { createServer, request } from "node:http";
import { createCluster, createMemoryBroker } from "@bowline/adapter/cluster";
import { createSystemClock } from "@bowline/protocol/internal";
import { Server, type ServerOptions } from "@bowline/server";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { within } from "../../src/peers/wait-for.ts";
import { connectTo, containing, next } from "./client.ts";
import { later, listen, stopAll } from "./servers.ts";

afterEach(stopAll);

/** What a trace point tells. */
type Told = Readonly<Record<string, unknown>>;

function isTold(message: unknown): message is Told {
  return typeof message === "object" && message !== null;
}

/** The first message of a trace point that has a code. */
function firstCode(point: string): Promise<Told> {
  const told = new Promise<Told>((resolve) => {
    const listener = (message: unknown): void => {
      if (isTold(message) && message["code"] !== undefined) resolve(message);
    };
    const { name } = channel(`bowline:${point}`);
    const opened = channel(name);
    opened.subscribe(listener);
    later(() => void opened.unsubscribe(listener));
  });
  return within(told, 8000, `a code at "${point}"`);
}

async function serve(options: Partial<ServerOptions> = {}) {
  const httpServer = createServer();
  const io = new Server(httpServer, options);
  later(() => void io.close());
  const port = await listen(httpServer);
  return { io, url: `http://127.0.0.1:${port}` };
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** Asks for something below the engine's path. */
function ask(url: string, query: string, method = "GET", headers: Record<string, string> = {}, body = "") {
  return new Promise<Answer>((resolve, reject) => {
    const asked = request(`${url}/socket.io/?${query}`, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, body: text }));
    });
    asked.on("error", reject).end(body);
  });
}

/** Opens a session by polling. @returns the query of its requests. */
async function openSession(url: string, revision = 4): Promise<string> {
  const query = `EIO=${revision}&transport=polling`;
  const { body } = await ask(url, query);
  const sid = /"sid":"([^"]+)"/.exec(body)?.[1];
  if (sid === undefined) throw new Error(`Cannot open a session: the server answered "${body}"`);
  return `${query}&sid=${sid}`;
}

/** Opens a WebSocket session that answers nothing by itself. */
async function openWebSocket(url: string, ...packets: readonly (string | Uint8Array)[]): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
  later(() => socket.terminate());
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("message", resolve));
  for (const packet of packets) socket.send(packet);
  return socket;
}

const TOO_MANY = { status: 503, body: '{"code":3,"message":"Too many connections"}' };
const BAD_REQUEST = { status: 400, body: '{"code":3,"message":"Bad request"}' };

describe("a request", () => {
  test.each<
    [code: string, options: Partial<ServerOptions>, bringAbout: (url: string) => Promise<Answer>, answer: Answer]
  >([
    [
      "BOWLINE_TRANSPORT_UNKNOWN",
      {},
      (url) => ask(url, "EIO=4&transport=smoke"),
      { status: 400, body: '{"code":0,"message":"Transport unknown"}' },
    ],
    [
      "BOWLINE_SESSION_UNKNOWN",
      {},
      (url) => ask(url, "EIO=4&transport=polling&sid=nobody"),
      { status: 400, body: '{"code":1,"message":"Session ID unknown"}' },
    ],
    [
      "BOWLINE_METHOD_REFUSED",
      {},
      (url) => ask(url, "EIO=4&transport=polling", "POST"),
      { status: 400, body: '{"code":2,"message":"Bad handshake method"}' },
    ],
    [
      "BOWLINE_REQUEST_MALFORMED",
      {},
      (url) => ask(url, "EIO=4&transport=polling", "GET", { origin: "http://a\tb" }),
      BAD_REQUEST,
    ],
    [
      "BOWLINE_TRANSPORT_MISMATCH",
      {},
      async (url) => {
        const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
        later(() => socket.terminate());
        const open = String(await new Promise((resolve) => socket.once("message", resolve)));
        return ask(url, `EIO=4&transport=polling&sid=${/"sid":"([^"]+)"/.exec(open)?.[1]}`);
      },
      BAD_REQUEST,
    ],
    [
      "BOWLINE_REVISION_MISMATCH",
      {},
      async (url) => ask(url, (await openSession(url)).replace("EIO=4", "EIO=3")),
      BAD_REQUEST,
    ],
    ["BOWLINE_UPGRADE_MISSING", {}, (url) => ask(url, "EIO=4&transport=websocket"), BAD_REQUEST],
    [
      "BOWLINE_SESSION_ID_FAILED",
      {
        generateId: () => {
          throw new Error("the database is away");
        },
      },
      (url) => ask(url, "EIO=4&transport=polling"),
      BAD_REQUEST,
    ],
    [
      "BOWLINE_REQUEST_FORBIDDEN",
      { allowRequest: (_request, decide) => decide(null, false) },
      (url) => ask(url, "EIO=4&transport=polling"),
      { status: 403, body: '{"code":4,"message":"Forbidden"}' },
    ],
    [
      "BOWLINE_REVISION_UNSUPPORTED",
      { allowEIO3: false },
      (url) => ask(url, "EIO=3&transport=polling"),
      { status: 400, body: '{"code":5,"message":"Unsupported protocol version"}' },
    ],
    ["BOWLINE_TOO_MANY_CONNECTIONS", { maxConnections: 0 }, (url) => ask(url, "EIO=4&transport=polling"), TOO_MANY],
    [
      "BOWLINE_TOO_MANY_PENDING",
      { maxPendingConnections: 1 },
      async (url) => {
        await openSession(url);
        return ask(url, "EIO=4&transport=polling");
      },
      TOO_MANY,
    ],
    [
      "BOWLINE_MESSAGE_TOO_LARGE",
      { maxHttpBufferSize: 100 },
      async (url) => ask(url, await openSession(url), "POST", {}, `4${"x".repeat(200)}`),
      { status: 413, body: "" },
    ],
  ])("is refused as %s", async (code, options, bringAbout, answer) => {
    const { url } = await serve(options);
    const told = firstCode("request.refused");
    expect(await bringAbout(url)).toEqual(answer);
    expect(await told).toMatchObject({
      code,
      hint: containing(" "),
      path: "/socket.io/",
      remoteAddress: containing("127.0.0.1"),
    });
  });

  test("is refused where a middleware fails, whose error is told here alone", async () => {
    const { url, io } = await serve();
    const mistake = new Error("the database is away");
    io.engine.use((_request: unknown, _response: unknown, done: (error: Error) => void) => done(mistake));
    const told = firstCode("request.refused");
    expect(await ask(url, "EIO=4&transport=polling")).toEqual(BAD_REQUEST);
    expect(await told).toMatchObject({ code: "BOWLINE_MIDDLEWARE_FAILED", context: { error: mistake } });
  });

  test("is refused while the server is drained", async () => {
    const { url, io } = await serve();
    await io.drain();
    const told = firstCode("request.refused");
    expect(await ask(url, "EIO=4&transport=polling")).toEqual({
      status: 503,
      body: '{"code":3,"message":"Server shutting down"}',
    });
    expect(await told).toMatchObject({ code: "BOWLINE_SHUTTING_DOWN", hint: containing("load balancer") });
  });

  test("for a session of another node is refused where too many wait there", async () => {
    const clock = createSystemClock({
      now: () => performance.now(),
      setTimer: (action, ms) => setTimeout(action, ms),
      clearTimer: (timer) => clearTimeout(timer),
      defer: (action) => setImmediate(action),
    });
    const broker = createMemoryBroker({ clock });
    const clusters = [createCluster({ bus: broker.bus() }), createCluster({ bus: broker.bus() })] as const;
    const owner = await serve({ cluster: clusters[0] });
    const entrance = await serve({ cluster: clusters[1], maxForwarded: 0 });
    await expect.poll(() => clusters[1].nodes).toEqual([clusters[0].name]);
    const query = await openSession(owner.url);
    const told = firstCode("request.refused");
    expect(await ask(entrance.url, query)).toEqual({ status: 503, body: '{"code":3,"message":"Server busy"}' });
    expect(await told).toMatchObject({ code: "BOWLINE_TOO_MANY_FORWARDED", hint: containing("maxForwarded") });
  });

  test("to upgrade is refused as others are, and no query is told, which may hold credentials", async () => {
    const { url } = await serve();
    const told = firstCode("request.refused");
    const socket = new WebSocket(
      `${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket&sid=x&token=secret`,
    );
    socket.on("error", () => undefined);
    const { context, ...rest } = await told;
    expect(rest).toMatchObject({ code: "BOWLINE_SESSION_UNKNOWN", number: 1, path: "/socket.io/" });
    expect(JSON.stringify(rest)).not.toContain("secret");
  });
});

describe("a namespace", () => {
  test("that nobody made", async () => {
    const { url } = await serve();
    const told = firstCode("namespace.refused");
    const [error] = await next(connectTo(`${url}/nowhere`), "connect_error");
    expect(error).toMatchObject({ message: "Invalid namespace" });
    expect(await told).toMatchObject({
      code: "BOWLINE_NAMESPACE_UNKNOWN",
      namespace: "/nowhere",
      hint: containing("io.of()"),
    });
  });

  test("whose middleware says no", async () => {
    const { url, io } = await serve();
    io.use((_socket, done) => done(new Error("members only")));
    const told = firstCode("namespace.refused");
    const [error] = await next(connectTo(url), "connect_error");
    expect(error).toMatchObject({ message: "members only" });
    expect(await told).toMatchObject({ code: "BOWLINE_NAMESPACE_REFUSED", message: "members only" });
  });

  test("whose middleware fails, of which the client learns nothing", async () => {
    const { url, io } = await serve();
    const mistake = new Error("the database is away");
    const reported = new Promise((resolve) => io.on("handler_error", resolve));
    io.use(async () => {
      throw mistake;
    });
    const told = firstCode("namespace.refused");
    const [error] = await next(connectTo(url), "connect_error");
    expect(error).toMatchObject({ message: "Internal server error" });
    expect(error).not.toHaveProperty("data");
    expect(await told).toMatchObject({ code: "BOWLINE_NAMESPACE_FAILED", hint: containing("handler_error") });
    expect(await reported).toMatchObject({ error: mistake, handler: "middleware" });
  });

  test("beyond the number that one connection may ask for", async () => {
    const { url, io } = await serve({ maxNamespaces: 2 });
    for (const name of ["/a", "/b", "/c"]) io.of(name);
    const first = connectTo(`${url}/a`, { forceNew: false });
    await next(first, "connect");
    await next(first.io.socket("/b").connect(), "connect");
    const told = firstCode("namespace.refused");
    const [error] = await next(first.io.socket("/c").connect(), "connect_error");
    expect(error).toMatchObject({ message: "Too many namespaces" });
    expect(await told).toMatchObject({ code: "BOWLINE_TOO_MANY_NAMESPACES", hint: containing("maxNamespaces") });
    expect(first.connected).toBe(true);
  });
});

test("a namespace is not made on demand beside more than there may be", async () => {
  const { url, io } = await serve({ maxChildNamespaces: 1 });
  io.of(/^\/room-/);
  const told = firstCode("namespace.refused");
  const [error] = await next(connectTo(`${url}/room-1`), "connect_error");
  expect(error).toMatchObject({ message: "Too many namespaces" });
  expect(await told).toMatchObject({ code: "BOWLINE_NAMESPACES_FULL", hint: containing("maxChildNamespaces") });
});

/** Begins a message of two attachments, and sends one of them. */
const begin = (url: string) =>
  openWebSocket(
    url,
    "40",
    '452-["file",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]',
    Buffer.alloc(600),
  );

describe("a connection is ended", () => {
  test.each<
    [code: string, point: string, options: Partial<ServerOptions>, bringAbout: (url: string) => Promise<unknown>]
  >([
    ["BOWLINE_CONNECT_LATE", "connection.violation", { connectTimeout: 20 }, (url) => openWebSocket(url)],
    ["BOWLINE_PACKET_UNDECODABLE", "connection.violation", {}, (url) => openWebSocket(url, "49?")],
    ["BOWLINE_PACKET_OUT_OF_PLACE", "connection.violation", {}, (url) => openWebSocket(url, '42["early"]')],
    [
      "BOWLINE_UNFINISHED_OVER_LIMIT",
      "connection.violation",
      { maxUnfinishedBytes: 1000 },
      (url) => Promise.all([begin(url), begin(url)]),
    ],
    [
      "BOWLINE_RATE_OVER_LIMIT",
      "connection.violation",
      { rateLimit: { messages: 2, burst: 1 } },
      (url) => openWebSocket(url, "40", '42["a"]', '42["b"]'),
    ],
    ["BOWLINE_PING_UNEXPECTED", "connection.closed", {}, (url) => openWebSocket(url, "2")],
    ["BOWLINE_PONG_MISSING", "connection.closed", { pingInterval: 20, pingTimeout: 20 }, (url) => openWebSocket(url)],
    [
      "BOWLINE_MESSAGE_TOO_LARGE",
      "connection.closed",
      { maxHttpBufferSize: 100 },
      (url) => openWebSocket(url, `4${"x".repeat(200)}`),
    ],
    [
      "BOWLINE_REQUESTS_OVERLAP",
      "connection.closed",
      {},
      async (url) => {
        const session = await openSession(url);
        return Promise.all([ask(url, session), ask(url, session)]);
      },
    ],
  ])("as %s", async (code, point, options, bringAbout) => {
    const { url } = await serve(options);
    const told = firstCode(point);
    await bringAbout(url);
    expect(await told).toMatchObject({ code, hint: containing(" "), session: containing("") });
  });

  test("as BOWLINE_BUFFER_OVER_LIMIT where the client does not read", async () => {
    const { url, io } = await serve({ maxBufferedBytes: 1000 });
    const joined = new Promise((resolve) => io.on("connection", resolve));
    const session = await openSession(url);
    await ask(url, session, "POST", {}, "40");
    await joined;
    const told = firstCode("connection.closed");
    for (let sent = 0; sent < 3; sent++) io.emit("large", "x".repeat(900));
    expect(await told).toMatchObject({ code: "BOWLINE_BUFFER_OVER_LIMIT", hint: containing("maxBufferedBytes") });
  });

  test("as BOWLINE_MESSAGE_ABANDONED where it stops in the middle of a message and answers heartbeats", async () => {
    const { url } = await serve({ pingInterval: 100, pingTimeout: 400 });
    const told = firstCode("connection.violation");
    const socket = await begin(url);
    const beating = setInterval(() => socket.send("3"), 50);
    later(() => clearInterval(beating));
    expect(await told).toMatchObject({ code: "BOWLINE_MESSAGE_ABANDONED", hint: containing("pingTimeout") });
  });

  test("as BOWLINE_TOO_MANY_ROOMS where the program lets it join too many", async () => {
    const { url, io } = await serve({ maxRoomsPerSocket: 2 });
    io.on("connection", (socket) => void socket.join(["a", "b"]));
    const told = firstCode("connection.violation");
    await openWebSocket(url, "40");
    expect(await told).toMatchObject({ code: "BOWLINE_TOO_MANY_ROOMS", hint: containing("maxRoomsPerSocket") });
  });

  test("as BOWLINE_MISSED_TOO_MUCH where what it missed went while middlewares judged it", async () => {
    const { url, io } = await serve({ connectionStateRecovery: { skipMiddlewares: false, maxLogBytes: 3000 } });
    const verdicts: (() => void)[] = [];
    const second = new Promise<void>((resolve) => {
      io.use((_socket, done) => {
        verdicts.push(done);
        if (verdicts.length === 1) done();
        else resolve();
      });
    });
    const first = await openWebSocket(url, "40");
    const reply = String(await new Promise((resolve) => first.once("message", resolve)));
    const left = new Promise((resolve) => {
      for (const socket of io.sockets.sockets.values()) socket.on("disconnect", resolve);
    });
    first.terminate();
    await left;
    await openWebSocket(url, `40{"pid":"${/"pid":"([^"]+)"/.exec(reply)?.[1]}"}`);
    await second;
    const told = firstCode("connection.violation");
    for (let sent = 0; sent < 3; sent++) io.emit("large", "x".repeat(900));
    verdicts[1]?.();
    expect(await told).toMatchObject({ code: "BOWLINE_MISSED_TOO_MUCH", hint: containing("maxLogBytes") });
  });
});
