// Rules of the engine's door: how sessions are opened on each transport, and how everything else is turned away.
import { createFakePlatform, FakeExchange, FakeUpgrade } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { Connection } from "./connection.ts";
import { ENGINE_DEFAULTS, type EngineOptions, resolveOptions } from "./options.ts";
import { EngineServer } from "./server.ts";

function createEngine(options: Partial<EngineOptions> = {}) {
  const platform = createFakePlatform();
  const engine = new EngineServer(resolveOptions(options, ENGINE_DEFAULTS), platform);
  const connections: Connection[] = [];
  engine.on("connection", (connection) => connections.push(connection));
  return { engine, clock: platform.clock, connections };
}

type Engine = Pick<EngineServer, "handleRequest" | "handleUpgrade">;

function request(engine: Engine, query: string, options: ConstructorParameters<typeof FakeExchange>[1] = {}) {
  const exchange = new FakeExchange(`/engine.io/?${query}`, options);
  engine.handleRequest(exchange);
  return exchange;
}

function upgrade(engine: Engine, query: string) {
  const exchange = new FakeUpgrade(`/engine.io/?${query}`);
  engine.handleUpgrade(exchange);
  return exchange;
}

const POLL = "EIO=4&transport=polling";
const SOCKET = "EIO=4&transport=websocket";

function refusal(code: number, message: string): string {
  return JSON.stringify({ code, message });
}

describe("a handshake on polling", () => {
  it("is answered with the open packet of revision 4", () => {
    const { engine } = createEngine({
      pingInterval: 300,
      pingTimeout: 200,
      maxHttpBufferSize: 5,
    });
    const { answer } = request(engine, POLL);
    const [sid] = Object.keys(engine.clients);
    expect(answer?.status).toBe(200);
    expect(answer?.headers["Content-Type"]).toBe("text/plain; charset=UTF-8");
    expect(answer?.body).toBe(
      `0{"sid":"${sid}","upgrades":["websocket"],"pingInterval":300,"pingTimeout":200,"maxPayload":5}`,
    );
    expect(sid).toMatch(/^[\w-]{20}$/);
  });

  it("is answered with a payload of revision 3 where the client says so, or says nothing", () => {
    const { engine } = createEngine();
    expect(request(engine, "EIO=3&transport=polling").answer?.body).toMatch(/^\d+:0\{"sid":"[\w-]{20}"/);
    expect(request(engine, "transport=polling").answer?.body).toMatch(/^\d+:0\{"sid":"[\w-]{20}"/);
  });

  it("offers no upgrade where upgrades are off, or WebSocket is", () => {
    const off = createEngine({ allowUpgrades: false }).engine;
    const pollingOnly = createEngine({ transports: ["polling"] }).engine;
    expect(request(off, POLL).answer?.body).toContain('"upgrades":[]');
    expect(request(pollingOnly, POLL).answer?.body).toContain('"upgrades":[]');
  });

  it("makes the session known, and forgets it when it has ended", () => {
    const { engine, connections } = createEngine();
    request(engine, POLL);
    expect([engine.clientsCount, Object.values(engine.clients)]).toEqual([1, connections]);
    connections[0]?.close(true);
    expect(engine.clientsCount).toBe(0);
  });

  it("sends what a listener sends at once in the same answer", () => {
    const { engine } = createEngine();
    engine.on("connection", (connection) => {
      const hello = connection.dialect.frame({ type: "message", data: "hello" }, true);
      connection.transmit({ frames: [hello], compress: false });
    });
    expect(request(engine, POLL).answer?.body).toContain("}\u001e4hello");
  });

  it("begins with its open packet also where a listener ends the session at once", () => {
    const { engine } = createEngine();
    engine.on("connection", (connection) => connection.close(true));
    expect([request(engine, POLL).outcome, engine.clientsCount]).toEqual([expect.stringMatching(/^200 0\{/), 0]);
  });
});

describe("a handshake on WebSocket", () => {
  it("gets the open packet as its first message, without upgrades", () => {
    const { engine, clock } = createEngine();
    const { port, accepted } = upgrade(engine, SOCKET);
    clock.endTurn();
    const [sid] = Object.keys(engine.clients);
    expect(accepted).toBe(true);
    expect(port.messages).toEqual([
      `0{"sid":"${sid}","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`,
    ]);
  });

  it("that says polling gets a WebSocket with a goodbye, and no session", () => {
    const { engine } = createEngine();
    const { port, accepted } = upgrade(engine, POLL);
    expect([accepted, port.closes, port.messages, engine.clientsCount]).toEqual([true, 1, [], 0]);
  });
});

describe("a refused request", () => {
  it.each([
    ["EIO=4&transport=smoke", "GET", 400, 0, "Transport unknown"],
    [`${POLL}&sid=gone`, "GET", 400, 1, "Session ID unknown"],
    [`${POLL}&sid=__proto__`, "POST", 400, 1, "Session ID unknown"],
    [POLL, "POST", 400, 2, "Bad handshake method"],
    [SOCKET, "GET", 400, 3, "Bad request"],
  ])("%s by %s is answered %i with code %i, %s, as JSON", (query, method, status, code, message) => {
    const { answer } = request(createEngine().engine, query, { method });
    expect(answer).toEqual({ status, headers: { "Content-Type": "application/json" }, body: refusal(code, message) });
  });

  it.each([
    ["EIO=4&transport=smoke", "Transport unknown"],
    [`${SOCKET}&sid=gone`, "Session ID unknown"],
    [`${SOCKET}&sid=constructor`, "Session ID unknown"],
  ])("%s to become a WebSocket is answered with the bare text %s before the handshake", (query, message) => {
    const { refusals, accepted } = upgrade(createEngine().engine, query);
    expect([refusals, accepted]).toEqual([[message], false]);
  });

  it("is reported with the platform's request, code, message and what was wrong", () => {
    const { engine } = createEngine();
    const reported = vi.fn();
    engine.on("connection_error", reported);
    const native = { url: "x" };
    request(engine, "transport=smoke", { native });
    const context = { transport: "smoke" };
    expect(reported.mock.calls).toEqual([[{ req: native, code: 0, message: "Transport unknown", context }]]);
  });
});

describe("allowRequest", () => {
  it("is asked for handshakes on both transports, and for nothing else", () => {
    const allowRequest = vi.fn((_: unknown, decide: (error: null, welcome: boolean) => void) => decide(null, true));
    const { engine } = createEngine({ allowRequest });
    request(engine, POLL, { native: "poll" });
    const [sid] = Object.keys(engine.clients);
    request(engine, `${POLL}&sid=${sid}`);
    upgrade(engine, SOCKET);
    request(engine, "transport=smoke");
    expect(allowRequest.mock.calls.map(([req]) => req === "poll")).toEqual([true, false]);
  });

  it("refuses with its own message, status 403 and code 4", () => {
    const { engine } = createEngine({ allowRequest: (_, decide) => decide("not today", false) });
    const { answer } = request(engine, POLL);
    expect([answer?.status, answer?.body]).toEqual([403, refusal(4, "not today")]);
    expect(upgrade(engine, SOCKET).refusals).toEqual(["not today"]);
  });

  it.each([null, undefined])("says Forbidden where its message is %s", (message) => {
    const { engine } = createEngine({ allowRequest: (_, decide) => decide(message, false) });
    expect(request(engine, POLL).answer?.body).toBe(refusal(4, "Forbidden"));
  });

  it("may take its time, and only its first decision counts", () => {
    const decisions: ((error: null, welcome: boolean) => void)[] = [];
    const { engine } = createEngine({ allowRequest: (_, decide) => void decisions.push(decide) });
    const exchange = request(engine, POLL);
    expect(exchange.outcome).toBe(undefined);
    decisions[0]?.(null, true);
    decisions[0]?.(null, false);
    decisions[0]?.(null, true);
    expect([exchange.answer?.status, exchange.answers.length, engine.clientsCount]).toEqual([200, 1, 1]);
  });

  it("is asked before the revision is looked at", () => {
    const { engine } = createEngine({ allowEIO3: false, allowRequest: (_, decide) => decide("no", false) });
    expect(request(engine, "EIO=3&transport=polling").answer?.body).toBe(refusal(4, "no"));
  });
});

describe("allowEIO3: false", () => {
  it("refuses revision 3 with code 5, on WebSocket before the handshake", () => {
    const { engine } = createEngine({ allowEIO3: false });
    const { answer } = request(engine, "EIO=3&transport=polling");
    const { refusals, accepted } = upgrade(engine, "transport=websocket");
    expect([answer?.status, answer?.body]).toEqual([400, refusal(5, "Unsupported protocol version")]);
    expect([refusals, accepted]).toEqual([["Unsupported protocol version"], false]);
  });

  it("serves revision 4", () => {
    const { engine } = createEngine({ allowEIO3: false });
    expect(request(engine, POLL).answer?.status).toBe(200);
  });
});

describe("an allowRequest that breaks down", () => {
  it("refuses, so that nobody waits for ever, and its error stays the program's", () => {
    const allowRequest = () => {
      throw new Error("a program's mistake");
    };
    const { engine } = createEngine({ allowRequest });
    const exchange = new FakeExchange(`/engine.io/?${POLL}`);
    expect(() => engine.handleRequest(exchange)).toThrow("a program's mistake");
    expect([exchange.answer?.status, engine.clientsCount]).toEqual([403, 0]);
  });

  it("after its decision has decided", () => {
    const allowRequest = (_: unknown, decide: (error: null, welcome: boolean) => void) => {
      decide(null, true);
      throw new Error("a program's mistake");
    };
    const { engine } = createEngine({ allowRequest });
    const exchange = new FakeExchange(`/engine.io/?${POLL}`);
    expect(() => engine.handleRequest(exchange)).toThrow("a program's mistake");
    expect([exchange.answers.length, exchange.answer?.status, engine.clientsCount]).toEqual([1, 200, 1]);
  });
});

describe("generateId", () => {
  it("may count: numbers are as good as texts, also when the client comes back with one", async () => {
    let count = 0;
    const { engine } = createEngine({ generateId: () => count++ });
    const exchange = request(engine, POLL);
    await exchange.done;
    expect(exchange.answer?.body).toContain('0{"sid":"0"');
    expect(request(engine, `${POLL}&sid=0`, { method: "POST", body: "4hello" }).outcome).toBe("200 ok");
    expect(Object.keys(engine.clients)).toEqual(["0"]);
  });

  it.each([
    ["nothing", undefined],
    ["an empty text", ""],
    ["an object that is no text at all", Object.create(null)],
  ])("that gives %s refuses the handshake", async (_, given: unknown) => {
    const causes: unknown[] = [];
    function give(): never;
    function give(): unknown {
      return given;
    }
    const { engine } = createEngine({ generateId: give });
    engine.on("connection_error", ({ context }) => causes.push(context["name"]));
    const exchange = request(engine, POLL);
    await exchange.done;
    expect([exchange.answer?.status, causes, engine.clientsCount]).toEqual([400, ["ID_GENERATION_ERROR"], 0]);
  });

  it("gives the id, also later, and sees the platform's request", async () => {
    const generateId = vi.fn(async () => "made-up");
    const { engine } = createEngine({ generateId });
    const exchange = request(engine, POLL, { native: "req" });
    await exchange.done;
    expect(exchange.answer?.body).toContain('0{"sid":"made-up"');
    expect([generateId.mock.calls, Object.keys(engine.clients)]).toEqual([[["req"]], ["made-up"]]);
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("no ids left"))],
    [
      "throws",
      () => {
        throw new Error("no ids left");
      },
    ],
  ])("that %s refuses the handshake", async (_, generateId) => {
    const { engine } = createEngine({ generateId });
    const exchange = request(engine, POLL);
    const socket = upgrade(engine, SOCKET);
    await Promise.all([exchange.done, socket.done]);
    expect([exchange.answer?.body, socket.refusals]).toEqual([refusal(3, "Bad request"), ["Bad request"]]);
  });

  it("that gives an id in use refuses the second, and the first lives on", async () => {
    const { engine, connections } = createEngine({ generateId: () => "same" });
    const [first, second] = [request(engine, POLL), request(engine, POLL)];
    await Promise.all([first.done, second.done]);
    expect([first.answer?.status, second.outcome]).toEqual([200, `400 ${refusal(3, "Bad request")}`]);
    expect(connections.map((connection) => connection.readyState)).toEqual(["open"]);
  });
});

describe("a client that goes away", () => {
  it("while allowRequest decides gets no session", () => {
    const decisions: ((error: null, welcome: boolean) => void)[] = [];
    const { engine, connections, clock } = createEngine({ allowRequest: (_, decide) => void decisions.push(decide) });
    const exchange = request(engine, POLL);
    exchange.abort();
    decisions[0]?.(null, true);
    expect([engine.clientsCount, connections, exchange.answers, clock.pendingTimers]).toEqual([0, [], [], 0]);
  });

  it("while generateId decides gets no session, and the next one gets its own", async () => {
    const made: ((id: string) => void)[] = [];
    const generateId = () => new Promise<string>((resolve) => made.push(resolve));
    const { engine, connections } = createEngine({ generateId });
    const [gone, patient] = [request(engine, POLL), request(engine, POLL)];
    await Promise.resolve();
    gone.abort();
    made[0]?.("first");
    made[1]?.("second");
    await patient.done;
    expect([gone.answers, connections.map(({ id }) => id)]).toEqual([[], ["second"]]);
  });
});

describe("maxBufferedBytes", () => {
  it("ends a session that keeps more for a client that takes nothing, on both transports", () => {
    const { engine, connections, clock } = createEngine({ maxBufferedBytes: 10 });
    const ends = vi.fn();
    request(engine, POLL);
    upgrade(engine, SOCKET).port.holdsWrites = true;
    clock.endTurn();
    for (const connection of connections) {
      const frames = [connection.dialect.frame({ type: "message", data: "abcde" }, true)];
      connection.on("close", ends);
      connection.transmit({ frames, compress: false });
      connection.transmit({ frames, compress: false });
    }
    clock.endTurn();
    const cause = new RangeError("Cannot keep more than 10 bytes: 12 bytes wait for a peer that does not take them");
    expect([ends.mock.calls, engine.clientsCount]).toEqual([
      [
        ["transport error", cause],
        ["transport error", cause],
      ],
      0,
    ]);
  });

  it("is 16 MiB unless the program says so", () => {
    expect(createEngine().engine.options.maxBufferedBytes).toBe(16_777_216);
  });
});

describe("the end of the engine", () => {
  it("answers the next poll of a client that was between two with the goodbye, and hears nothing more of it", async () => {
    const { engine, clock, connections } = createEngine();
    request(engine, POLL);
    clock.endTurn();
    const own = `${POLL}&sid=${connections[0]?.id}`;
    const heard = vi.fn();
    connections[0]?.on("message", heard);
    engine.close();
    const said = vi.fn();
    void engine.goodbyesSaid().then(said);
    const post = request(engine, own, { method: "POST", body: "4hello" });
    await post.done;
    expect([post.outcome, said.mock.calls.length, heard.mock.calls]).toEqual(["200 ok", 0, []]);
    expect(request(engine, own).outcome).toBe("200 6\u001e1");
    await Promise.resolve();
    expect([said.mock.calls.length, request(engine, own).outcome]).toEqual([
      1,
      `400 ${refusal(1, "Session ID unknown")}`,
    ]);
  });

  it("answers the preflight of such a client, too, where programs of 2.x have no CORS of their own", () => {
    const { engine, clock, connections } = createEngine({ compat: 2 });
    request(engine, POLL);
    clock.endTurn();
    const own = `${POLL}&sid=${connections[0]?.id}`;
    engine.close();
    const preflight = request(engine, own, { method: "OPTIONS" });
    expect([preflight.answer?.status, request(engine, own).outcome]).toEqual([200, "200 6\u001e1"]);
  });

  it("waits for nobody who does not poll within a fifth of a second, nor for those it has told", async () => {
    const { engine, clock, connections } = createEngine();
    request(engine, POLL);
    request(engine, POLL);
    clock.endTurn();
    request(engine, `${POLL}&sid=${connections[0]?.id}`);
    engine.close();
    const said = vi.fn();
    void engine.goodbyesSaid().then(said);
    clock.advance(150);
    await Promise.resolve();
    expect(said).not.toHaveBeenCalled();
    clock.advance(150);
    await Promise.resolve();
    expect(said).toHaveBeenCalledOnce();
    await expect(engine.goodbyesSaid()).resolves.toBe(undefined);
  });

  it("ends all sessions at once and refuses handshakes from then on", () => {
    const { engine, clock, connections } = createEngine();
    request(engine, POLL);
    const poll = request(engine, `${POLL}&sid=${connections[0]?.id}`);
    const { port } = upgrade(engine, SOCKET);
    clock.endTurn();
    engine.close();
    expect([poll.outcome, port.closes, engine.clientsCount]).toEqual(["200 1", 1, 0]);
    expect(request(engine, POLL).outcome).toBe(`503 ${refusal(3, "Server shutting down")}`);
    expect(clock.pendingTimers).toBe(0);
  });

  it("comes before an id that is still being made", async () => {
    const { engine } = createEngine({ generateId: async () => "late" });
    const exchange = request(engine, POLL);
    engine.close();
    await exchange.done;
    expect([exchange.outcome, engine.clientsCount]).toEqual([`503 ${refusal(3, "Server shutting down")}`, 0]);
  });
});
