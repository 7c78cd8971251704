// Rules of clients that come over WebTransport: how they begin, move over, send, and end.
import { createWebTransportDecoder, encodeWebTransportFrame, type Packet } from "@bowline/protocol";
import { createFakePlatform, FakeExchange } from "@bowline/testkit";
import { describe, expect, it } from "vitest";
import type { Connection } from "./connection.ts";
import { ENGINE_DEFAULTS, type EngineOptions, resolveOptions } from "./options.ts";
import { EngineServer } from "./server.ts";

const POLL = "/engine.io/?EIO=4&transport=polling";

/** Lets promises run that are due. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await Promise.resolve();
}

/** One direction of a stream: what is put in is read in order, and reads wait. */
class FakeStream<Item> {
  readonly #items: Item[] = [];
  #wake: (() => void) | undefined;
  #end: { readonly failure: unknown } | "done" | undefined;

  put(...items: readonly Item[]): void {
    this.#items.push(...items);
    this.#wake?.();
  }

  end(failure?: unknown): void {
    this.#end ??= failure === undefined ? "done" : { failure };
    this.#wake?.();
  }

  getReader() {
    return { read: () => this.#read() };
  }

  async #read(): Promise<{ done: boolean; value: Item | undefined }> {
    for (;;) {
      const value = this.#items.shift();
      if (value !== undefined) return { done: false, value };
      if (this.#end === "done") return { done: true, value: undefined };
      if (this.#end !== undefined) throw this.#end.failure;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** A client over WebTransport, which the engine sees as a session of the standard. */
class FakeSession {
  readonly incoming: FakeStream<Uint8Array> = new FakeStream();
  readonly incomingBidirectionalStreams: FakeStream<{
    readonly readable: FakeStream<Uint8Array>;
    readonly writable: { getWriter(): { write(bytes: Uint8Array): Promise<void> } };
  }> = new FakeStream();
  readonly closed: Promise<unknown>;
  readonly packets: Packet[] = [];
  isClosed = false;
  /** What writing to the stream fails with. */
  failure: Error | undefined;
  /** Whether writing takes for ever, as where a peer reads nothing. */
  isStuck = false;
  readonly #decoder = createWebTransportDecoder(1_000_000);
  #settleClosed: () => void = () => undefined;

  constructor() {
    this.closed = new Promise<void>((resolve) => {
      this.#settleClosed = resolve;
    });
  }

  /** Opens the stream and says something. */
  start(...packets: readonly Packet[]): this {
    const writer = {
      write: async (bytes: Uint8Array) => {
        await Promise.resolve();
        if (this.isStuck) await new Promise(() => undefined);
        if (this.failure !== undefined) throw this.failure;
        this.packets.push(...this.#decoder.add(bytes));
      },
    };
    this.incomingBidirectionalStreams.put({ readable: this.incoming, writable: { getWriter: () => writer } });
    return this.say(...packets);
  }

  say(...packets: readonly Packet[]): this {
    this.incoming.put(...packets.map((packet) => encodeWebTransportFrame(packet)));
    return this;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.incomingBidirectionalStreams.end();
    this.incoming.end();
    this.#settleClosed();
  }
}

function createEngine(options: Partial<EngineOptions> = {}) {
  const platform = createFakePlatform();
  const transports = ["polling", "websocket", "webtransport"] as const;
  const engine = new EngineServer(resolveOptions({ transports, ...options }, ENGINE_DEFAULTS), platform);
  const connections: Connection[] = [];
  const heard: unknown[] = [];
  engine.on("connection", (connection) => {
    connections.push(connection);
    connection.on("message", (data) => heard.push(data));
    connection.on("close", (reason) => heard.push(`closed: ${reason}`));
  });
  const errors: unknown[] = [];
  engine.on("connection_error", ({ message }) => errors.push(message));
  return { engine, clock: platform.clock, connections, heard, errors };
}

async function connect(options: Partial<EngineOptions> = {}) {
  const scene = createEngine(options);
  const session = new FakeSession().start({ type: "open" });
  const ended = scene.engine.onWebTransportSession(session);
  /** The turn ends, and what was written arrives. */
  async function turn(): Promise<void> {
    await settle();
    scene.clock.endTurn();
    await settle();
  }
  await turn();
  return { ...scene, session, ended, turn };
}

function poll(engine: EngineServer, query = "") {
  const exchange = new FakeExchange(POLL + query);
  engine.handleRequest(exchange);
  return exchange;
}

describe("a client over WebTransport", () => {
  it("is new where it says open, and is answered with the open packet", async () => {
    const { session, connections } = await connect();
    expect(connections[0]?.transport.name).toBe("webtransport");
    expect(session.packets.map(({ type, data }) => [type, String(data).includes('"upgrades":[]')])).toEqual([
      ["open", true],
    ]);
  });

  it("has a request without headers, since it came with none", async () => {
    const { connections } = await connect();
    const head = connections[0]?.head;
    expect([head?.method, head?.header("cookie"), head?.headers()]).toEqual(["CONNECT", undefined, {}]);
  });

  it("exchanges texts and bytes, also a message of no bytes", async () => {
    const { session, connections, heard, turn } = await connect();
    session.say({ type: "message", data: "hé" }, { type: "message", data: Uint8Array.of(1, 2) });
    connections[0]?.send("a").send(Uint8Array.of(3)).send(new Uint8Array(0));
    await turn();
    expect(heard).toEqual(["hé", Uint8Array.of(1, 2)]);
    expect(session.packets.slice(1)).toEqual([
      { type: "message", data: "a" },
      { type: "message", data: Uint8Array.of(3) },
      { type: "message", data: new Uint8Array(0) },
    ]);
  });

  it("answers pings like any other, and is given up when it does not", async () => {
    const { session, clock, heard } = await connect();
    clock.advance(25_000);
    await settle();
    expect(session.packets.at(-1)).toEqual({ type: "ping" });
    clock.advance(21_000);
    await settle();
    expect([heard, session.isClosed]).toEqual([["closed: ping timeout"], true]);
  });

  it.each<[string, (session: FakeSession) => void, string]>([
    ["closes its session", (session) => session.close(), "transport close"],
    ["is cut off", (session) => session.incoming.end(new Error("reset")), "transport error"],
    ["sends a frame that is none", (session) => session.incoming.put(Uint8Array.of(0)), "parse error"],
    ["sends a packet that is none", (session) => session.incoming.put(Uint8Array.of(1, 0x78)), "parse error"],
  ])("that %s ends", async (_, act, reason) => {
    const { engine, session, ended, heard } = await connect();
    act(session);
    await ended;
    expect([heard, engine.clientsCount, session.isClosed]).toEqual([[`closed: ${reason}`], 0, true]);
  });

  it("that takes nothing any more ends", async () => {
    const { session, connections, turn, heard } = await connect();
    session.failure = new Error("reset");
    connections[0]?.send("a");
    await turn();
    expect(heard).toEqual(["closed: transport error"]);
  });

  it("gets what was sent before the server closes it", async () => {
    const { session, connections, ended } = await connect();
    connections[0]?.send("last");
    connections[0]?.close();
    await ended;
    expect([session.packets.at(-1), session.isClosed]).toEqual([{ type: "message", data: "last" }, true]);
  });

  it("that reads nothing is given up, and its session with it after a while", async () => {
    const { session, connections, clock, heard, ended, turn } = await connect({ maxBufferedBytes: 10 });
    session.isStuck = true;
    for (const data of ["on its way", "waits", "and waits"]) {
      connections[0]?.send(data);
      await turn();
    }
    clock.advance(11_000);
    await ended;
    expect([heard, session.isClosed]).toEqual([["closed: transport error"], true]);
  });

  it("that reads nothing does not keep a session open that the server has closed", async () => {
    const { session, connections, clock, ended, turn } = await connect();
    session.isStuck = true;
    connections[0]?.send("last");
    await turn();
    connections[0]?.close();
    await settle();
    clock.advance(9000);
    expect(session.isClosed).toBe(false);
    clock.advance(2000);
    await ended;
    expect([session.isClosed, clock.pendingTimers]).toEqual([true, 0]);
  });

  it("that leaves while its id is being made gets no session", async () => {
    let make = (_: string): void => undefined;
    const generateId = () => new Promise<string>((resolve) => (make = resolve));
    const { engine, session, connections, ended } = await connect({ generateId });
    session.close();
    await ended;
    make("too late");
    await settle();
    expect([connections, engine.clientsCount]).toEqual([[], 0]);
  });

  it("does not hide what a listener throws", async () => {
    const { session, connections, ended } = await connect();
    const mistake = new SyntaxError("a listener's mistake");
    connections[0]?.on("message", () => {
      throw mistake;
    });
    session.say({ type: "message", data: "a" });
    await expect(ended).rejects.toBe(mistake);
  });

  it("may not send more than the limit at once", async () => {
    const { session, ended, heard } = await connect({ maxHttpBufferSize: 3 });
    session.say({ type: "message", data: "abc" });
    await ended;
    expect(heard).toEqual(["closed: parse error"]);
  });
});

describe("a session that does not begin as it should", () => {
  it.each<[string, Packet]>([
    ["another packet", { type: "message", data: "a" }],
    ["a session that is unknown", { type: "open", data: '{"sid":"gone"}' }],
    ["no session's name", { type: "open", data: '{"sid":5}' }],
    ["a name in the prototype alone", { type: "open", data: "[]" }],
    ["no object", { type: "open", data: "null" }],
    ["no JSON", { type: "open", data: "{" }],
  ])("with %s is closed", async (_, packet) => {
    const { engine, connections, clock } = createEngine();
    const session = new FakeSession().start(packet);
    await engine.onWebTransportSession(session);
    await settle();
    expect([session.isClosed, connections, clock.pendingTimers]).toEqual([true, [], 0]);
  });

  it.each([
    ["opens no stream", new FakeSession()],
    ["says nothing", new FakeSession().start()],
  ])("and %s in time is closed", async (_, session) => {
    const { engine, clock } = createEngine();
    const ended = engine.onWebTransportSession(session);
    await settle();
    clock.advance(9000);
    expect(session.isClosed).toBe(false);
    clock.advance(2000);
    await ended;
    expect(session.isClosed).toBe(true);
  });

  it("and breaks before it has opened a stream harms nobody", async () => {
    const { engine } = createEngine();
    const session = new FakeSession();
    session.incomingBidirectionalStreams.end(new Error("reset"));
    await engine.onWebTransportSession(session);
    expect(session.isClosed).toBe(true);
  });

  it("is not taken where the transport is not on offer, or the engine has closed", async () => {
    const off = createEngine({ transports: ["polling"] });
    const closed = createEngine();
    closed.engine.close();
    const sessions = [new FakeSession().start({ type: "open" }), new FakeSession().start({ type: "open" })];
    await off.engine.onWebTransportSession(sessions[0] ?? new FakeSession());
    await closed.engine.onWebTransportSession(sessions[1] ?? new FakeSession());
    expect(sessions.map(({ isClosed }) => isClosed)).toEqual([true, true]);
  });

  it.each<[string, Partial<EngineOptions>, boolean]>([
    ["middlewares", {}, true],
    ["cors", { cors: true }, false],
    ["allowRequest", { allowRequest: (_, decide) => decide(null, true) }, false],
  ])("is refused where %s would have to judge it, and the program is told", async (_, options, hasMiddleware) => {
    const { engine, connections, errors } = createEngine(options);
    if (hasMiddleware) engine.use((_req, _res, next) => next());
    const session = new FakeSession().start({ type: "open" });
    const ended = engine.onWebTransportSession(session);
    await ended;
    expect([session.isClosed, connections, errors]).toEqual([true, [], ["Bad request"]]);
  });
});

describe("a polling client that moves over", () => {
  async function move(query = "") {
    const scene = createEngine();
    const opening = poll(scene.engine, query);
    const [connection] = scene.connections;
    const target = `${query}&sid=${connection?.id}`;
    const session = new FakeSession().start({ type: "open", data: JSON.stringify({ sid: connection?.id }) });
    const ended = scene.engine.onWebTransportSession(session);
    await settle();
    return { ...scene, opening, connection, session, ended, target };
  }

  it("is offered to, and does so without a loss", async () => {
    const { engine, opening, connection, session, heard, target } = await move();
    expect(opening.answer?.body).toContain('"upgrades":["websocket","webtransport"]');
    const waiting = poll(engine, target);
    session.say({ type: "ping", data: "probe" });
    await settle();
    expect([session.packets, waiting.answer?.body]).toEqual([[{ type: "pong", data: "probe" }], "6"]);
    connection?.send("on the way");
    session.say({ type: "upgrade" }, { type: "message", data: "there" });
    await settle();
    expect([heard, connection?.transport.name, connection?.upgraded]).toEqual([["there"], "webtransport", true]);
    expect(session.packets.at(-1)).toEqual({ type: "message", data: "on the way" });
  });

  it("polls on where the attempt fails", async () => {
    const { engine, connection, session, ended, target } = await move();
    session.say({ type: "message", data: "too early" });
    await ended;
    connection?.send("still here");
    expect([poll(engine, target).answer?.body, connection?.upgrading]).toEqual(["4still here", false]);
  });

  it("cannot where it speaks the older revision, which is not offered it", async () => {
    const scene = createEngine();
    const opening = new FakeExchange("/engine.io/?EIO=3&transport=polling");
    scene.engine.handleRequest(opening);
    const sid = scene.connections[0]?.id;
    const session = new FakeSession().start({ type: "open", data: JSON.stringify({ sid }) });
    await scene.engine.onWebTransportSession(session);
    expect([session.isClosed, scene.connections[0]?.readyState]).toEqual([true, "open"]);
    expect(opening.answer?.body).toContain('"upgrades":["websocket"]');
  });
});
