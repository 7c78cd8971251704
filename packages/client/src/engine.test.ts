import type { CloseReason } from "@bowline/protocol/internal";
import { describe, expect, test } from "vitest";
import {
  body3,
  body4,
  containing,
  createFakePlatform,
  type FakePlatform,
  first,
  having,
  last,
  openPacket,
} from "../test-support/fake-platform.ts";
import { Engine } from "./engine.ts";
import type { EngineMemory } from "./opening.ts";
import type { EngineOptions } from "./options.ts";
import { parseServerUrl } from "./url.ts";

interface Parts {
  readonly platform: FakePlatform;
  readonly engine: Engine;
  readonly memory: EngineMemory;
  readonly told: string[];
  readonly failures: Error[];
  readonly ends: [CloseReason, unknown][];
}

interface Wishes {
  readonly first?: 3 | 4;
  readonly implied?: 3 | 4;
  readonly hasWebTransport?: boolean;
}

function createEngine(options: EngineOptions = {}, known: Partial<EngineMemory> = {}, wishes: Wishes = {}): Parts {
  const platform = createFakePlatform();
  platform.hasWebTransport = wishes.hasWebTransport === true;
  const memory: EngineMemory = { revision: undefined, ...known };
  const told: string[] = [];
  const failures: Error[] = [];
  const ends: [CloseReason, unknown][] = [];
  const server = parseServerUrl("http://h:3000", undefined);
  const engine = new Engine(
    { platform, server, options, memory, first: wishes.first ?? 4, implied: wishes.implied },
    {
      opened: ({ sid }) => told.push(`opened ${sid}`),
      message: (data) => told.push(`message ${data}`),
      heartbeat: (type, latencyMs) => told.push(latencyMs === undefined ? type : `${type} ${latencyMs}`),
      failed: (error) => failures.push(error),
      closed: (reason, details) => ends.push([reason, details]),
    },
  );
  engine.open();
  return { platform, engine, memory, told, failures, ends };
}

const WEBSOCKET: EngineOptions = { transports: ["websocket"] };

function openOverWebSocket(options: EngineOptions = {}, fields: Readonly<Record<string, unknown>> = {}): Parts {
  const parts = createEngine({ ...WEBSOCKET, ...options });
  parts.platform.socket().open();
  parts.platform.socket().message(openPacket(fields));
  return parts;
}

function openOverPolling(options: EngineOptions = {}, fields: Readonly<Record<string, unknown>> = {}): Parts {
  const parts = createEngine(options);
  first(parts.platform.requests).answer(openPacket({ upgrades: ["websocket"], ...fields }));
  return parts;
}

describe("opening over polling", () => {
  test("asks for revision 4 with a value that no cache has seen", () => {
    const { platform } = createEngine();
    expect(first(platform.requests).request.url).toMatch(
      /^http:\/\/h:3000\/socket.io\/\?EIO=4&transport=polling&t=.{8}$/,
    );
  });

  test("leaves the value out on demand", () => {
    const { platform } = createEngine({ timestampRequests: false });
    expect(first(platform.requests).request.url).toBe("http://h:3000/socket.io/?EIO=4&transport=polling");
  });

  test("keeps the session of a server of 2.x, and speaks its revision from then on", () => {
    const { platform, engine, told, memory } = createEngine();
    first(platform.requests).answer(body3(openPacket({ maxPayload: undefined }), "40"));
    expect(told).toEqual(["opened session1", "message 0"]);
    expect(last(platform.requests).request.url).toContain("EIO=3&transport=polling");
    expect(last(platform.requests).request.url).toContain("sid=session1");
    expect([engine.protocol, memory.revision, platform.requests.length]).toEqual([3, 3, 2]);
  });

  test("asks for what it knows from the connection before", () => {
    const { platform } = createEngine({}, { revision: 3 });
    expect(first(platform.requests).request.url).toContain("EIO=3");
  });

  test("follows a server that was upgraded meanwhile", () => {
    const { platform, engine, memory } = createEngine({}, { revision: 3 });
    first(platform.requests).answer('{"code":5,"message":"Unsupported protocol version"}', 400);
    expect(last(platform.requests).request.url).toContain("EIO=4");
    last(platform.requests).answer(openPacket());
    expect([engine.readyState, memory.revision]).toEqual(["open", 4]);
  });

  test("tries the other revision only once", () => {
    const { platform, failures } = createEngine();
    first(platform.requests).answer("no", 400);
    last(platform.requests).answer("no", 400);
    expect([platform.requests.length, failures.length]).toEqual([2, 1]);
    expect(first(failures)).toMatchObject({ message: "xhr poll error", description: 400 });
  });

  test("does not blame the revision for another refusal", () => {
    const { platform, failures } = createEngine();
    first(platform.requests).answer('{"code":0,"message":"Transport unknown"}', 400);
    expect([platform.requests.length, failures.length]).toEqual([1, 1]);
  });

  test("by a program of 2.x asks for revision 3 first", () => {
    const { platform, engine, memory } = createEngine({}, {}, { first: 3 });
    expect([engine.protocol, first(platform.requests).request.url]).toEqual([3, containing("EIO=3")]);
    first(platform.requests).answer('{"code":5,"message":"Unsupported protocol version"}', 400);
    last(platform.requests).answer(openPacket());
    expect([engine.readyState, memory.revision]).toEqual(["open", 4]);
  });

  test("by a program of 2.x takes revision 4 from a server that answers in it, though it was asked for 3", () => {
    const { platform, engine } = createEngine({}, {}, { first: 3 });
    first(platform.requests).answer(openPacket({ maxPayload: undefined }));
    expect([engine.readyState, engine.protocol]).toEqual(["open", 4]);
    expect(last(platform.requests).request.url).toContain("EIO=4");
  });

  test("with a parser for the newer protocol says so when the server is of 2.x", () => {
    const { platform, failures } = createEngine({}, {}, { implied: 4 });
    first(platform.requests).answer(body3(openPacket(), "40"));
    expect(first(failures)).toMatchObject({ message: containing("server in v2.x"), hint: containing('"parser"') });
  });

  test("with a parser for 2.x says so when the server does not serve it", () => {
    const { platform, failures } = createEngine({}, {}, { implied: 3 });
    first(platform.requests).answer('{"code":5,"message":"Unsupported protocol version"}', 400);
    expect([platform.requests.length, first(failures)]).toMatchObject([1, { hint: containing('"parser"') }]);
  });

  test("held to revision 4 says so when the server is of 2.x", () => {
    const { platform, failures } = createEngine({ protocol: 4 });
    first(platform.requests).answer(body3(openPacket(), "40"));
    expect(first(failures).message).toContain("server in v2.x");
    expect(platform.pending("GET")).toEqual([]);
  });

  test("held to revision 3 says so when the server does not serve it", () => {
    const { platform, failures } = createEngine({ protocol: 3 });
    expect(first(platform.requests).request.url).toContain("EIO=3");
    first(platform.requests).answer('{"code":5}', 400);
    expect(first(failures)).toMatchObject({ hint: containing("allowEIO3") });
  });

  test.each([
    ["a web page", "<!doctype html>"],
    ["another packet", "4hi"],
    ["a handshake without a session id", "0{}"],
  ])("fails with what came back: %s", (_rule, body) => {
    const { platform, failures, engine } = createEngine();
    first(platform.requests).answer(body);
    expect(first(failures)).toMatchObject({
      message: "server error",
      hint: containing(JSON.stringify(body)),
    });
    expect(engine.readyState).toBe("closed");
  });

  test("fails when the server says nothing", () => {
    const { platform, failures } = createEngine();
    first(platform.requests).fail(new Error("reset"));
    expect(first(failures)).toMatchObject({ message: "xhr poll error" });
  });

  test("slices what is sent as the server wants it", () => {
    const { platform, engine } = openOverPolling({ upgrade: false }, { maxPayload: 10 });
    engine.send("12345678").send("abc");
    platform.clock.endTurn();
    expect(platform.pending("POST").map(({ request }) => request.body)).toEqual(["412345678"]);
  });

  test("slices nothing for a server that says no size", () => {
    const { platform, engine } = openOverPolling({ upgrade: false }, { maxPayload: undefined });
    const long = "x".repeat(2_000_000);
    engine.send(long).send("abc");
    platform.clock.endTurn();
    expect(platform.pending("POST").map(({ request }) => request.body)).toEqual([body4(`4${long}`, "4abc")]);
  });
});

describe("opening over a WebSocket", () => {
  test("is done at once when the open packet tells the revision", () => {
    const { platform, engine, told } = openOverWebSocket();
    expect(platform.socket().request.url).toBe("ws://h:3000/socket.io/?EIO=4&transport=websocket");
    expect([told, engine.transport.name, engine.id]).toEqual([["opened session1"], "websocket", "session1"]);
    expect([platform.clock.pendingTimers, platform.requests]).toEqual([1, []]);
  });

  test("recognises a server of 2.x by its greeting, and loses nothing that came with it", () => {
    const { platform, engine, told } = openOverWebSocket({}, { maxPayload: undefined });
    expect(told).toEqual([]);
    platform.socket().message("40");
    platform.socket().message('42["hi"]');
    expect([told, engine.protocol]).toEqual([["opened session1", "message 0", 'message 2["hi"]'], 3]);
  });

  test("probes a server that does not greet, and swallows the answer", () => {
    const { platform, engine, told } = openOverWebSocket({}, { maxPayload: undefined });
    platform.clock.advance(20);
    const probe = String(last(platform.socket().sent));
    expect(probe).toMatch(/^40\/__sio_probe_.{20},$/);
    platform.socket().message(`44${probe.slice(2)}{"message":"Invalid namespace"}`);
    expect([told, engine.protocol, platform.socket().sent.length]).toEqual([["opened session1"], 4, 1]);
  });

  test("leaves a namespace that exists although nobody could know it", () => {
    const { platform, engine } = openOverWebSocket({}, { maxPayload: undefined });
    platform.clock.advance(20);
    const namespace = String(last(platform.socket().sent)).slice(2, -1);
    platform.socket().message(`40${namespace}`);
    expect([engine.protocol, last(platform.socket().sent)]).toEqual([3, `41${namespace},`]);
  });

  test("suspects the parser of a server that closes at the probe", () => {
    const { platform, failures } = openOverWebSocket({}, { maxPayload: undefined });
    platform.clock.advance(20);
    platform.socket().close(1005);
    expect(first(failures)).toMatchObject({
      message: "parser error",
      code: "PARSER_MISMATCH",
      hint: containing('see the option "parser"'),
    });
  });

  test("asks for the revision of the program's own parser, which would not understand a probe", () => {
    const { platform, engine } = createEngine(WEBSOCKET, {}, { implied: 3 });
    expect(platform.socket().request.url).toContain("EIO=3");
    platform.socket().open();
    platform.socket().message(openPacket({ maxPayload: undefined }));
    expect([engine.readyState, engine.protocol]).toEqual(["open", 3]);
  });

  test("held to a revision takes it without looking", () => {
    const { engine } = openOverWebSocket({ protocol: 3 }, { maxPayload: undefined });
    expect([engine.readyState, engine.protocol]).toEqual(["open", 3]);
  });

  test("held to revision 3 does not wait for ever for a server that stays silent", () => {
    const { platform, failures } = createEngine({ ...WEBSOCKET, protocol: 3 });
    platform.socket().open();
    platform.clock.advance(2000);
    expect(first(failures)).toMatchObject({ message: "websocket error", hint: containing("allowEIO3") });
    expect(platform.socket().ended).toBe("discard");
  });

  test("asks a server that stays silent for the other revision", () => {
    const { platform, engine } = createEngine(WEBSOCKET, { revision: 3 });
    platform.socket().open();
    platform.clock.advance(2000);
    expect(platform.socket().request.url).toContain("EIO=4");
    platform.socket().open();
    platform.socket().message(openPacket());
    expect(engine.protocol).toBe(4);
  });

  test("asks a server that closes at once for the other revision", () => {
    const { platform } = createEngine(WEBSOCKET, { revision: 3 });
    platform.socket().open();
    platform.socket().close(1006);
    expect(platform.socket().request.url).toContain("EIO=4");
  });

  test("held to revision 3 explains why a server closes at once", () => {
    const { platform, failures } = createEngine({ ...WEBSOCKET, protocol: 3 });
    platform.socket().open();
    platform.socket().close(1006);
    expect(first(failures)).toMatchObject({ hint: containing("allowEIO3") });
  });

  test("fails when the first packet is no handshake", () => {
    const { platform, failures } = createEngine(WEBSOCKET);
    platform.socket().open();
    platform.socket().message("4hi");
    expect(first(failures)).toMatchObject({ message: "websocket error", hint: containing("not open") });
  });

  test("fails when the connection cannot be made, and tries no other transport", () => {
    const { platform, failures } = createEngine({ transports: ["websocket", "polling"] });
    platform.socket().fail(new Error("blocked"));
    platform.socket().close(1006);
    expect([failures.length, platform.requests]).toEqual([1, []]);
  });

  test("tries the next transport on demand", () => {
    const { platform, engine } = createEngine({ transports: ["websocket", "polling"], tryAllTransports: true });
    platform.socket().close(1006);
    first(platform.requests).answer(openPacket());
    expect(engine.transport.name).toBe("polling");
  });

  test("is where it starts when that worked before and the program wants it", () => {
    Engine.priorWebsocketSuccess = true;
    const { platform } = createEngine({ rememberUpgrade: true });
    expect([platform.requests, platform.sockets.length]).toEqual([[], 1]);
  });

  test("is not where the next one starts when it failed", () => {
    Engine.priorWebsocketSuccess = true;
    const { platform } = createEngine({ rememberUpgrade: true });
    platform.socket().close(1006);
    expect(Engine.priorWebsocketSuccess).toBe(false);
  });
});

describe("opening over WebTransport", () => {
  const webTransport: EngineOptions = { transports: ["webtransport"] };

  test("is done with the open packet, in the one revision that is spoken there", async () => {
    const { platform, engine } = createEngine(webTransport, {}, { first: 3, hasWebTransport: true });
    await first(platform.webTransports).open();
    await first(platform.webTransports).send({ type: "open", data: openPacket().slice(1) });
    expect([engine.readyState, engine.protocol, engine.transport.name]).toEqual(["open", 4, "webtransport"]);
  });

  test("is a failure for a program that is held to the other revision", async () => {
    const options: EngineOptions = { ...webTransport, protocol: 3 };
    const { platform, engine, failures } = createEngine(options, {}, { hasWebTransport: true });
    await first(platform.webTransports).open();
    await first(platform.webTransports).send({ type: "open", data: openPacket().slice(1) });
    expect([engine.readyState, failures]).toEqual(["closed", [having({ code: "REVISION_REFUSED" })]]);
    expect(first(platform.webTransports).isClosed).toBe(true);
  });
});

describe("opening", () => {
  test("needs a transport that is known", () => {
    const { platform, failures, engine } = createEngine({ transports: ["pigeon"] });
    expect([failures, engine.transport.writable]).toEqual([[], false]);
    platform.clock.advance(0);
    expect(first(failures).message).toBe("No transports available");
  });

  test("can be given up", () => {
    const { platform, engine, ends, failures } = createEngine();
    engine.close();
    first(platform.requests).answer(openPacket());
    engine.close();
    expect([ends, failures, engine.readyState]).toEqual([[["forced close", undefined]], [], "closed"]);
  });

  test("uses the options of one transport before those for all", () => {
    const { platform } = createEngine({ path: "/a", transportOptions: { polling: { path: "/b" } } });
    expect(first(platform.requests).request.url).toContain("http://h:3000/b/");
  });

  test("happens once", () => {
    const { platform, engine } = openOverPolling({ upgrade: false });
    engine.open();
    expect(platform.requests).toHaveLength(2);
  });
});

describe("an open connection", () => {
  test("tells programs what happens", () => {
    const { platform, engine } = openOverWebSocket();
    const told: unknown[] = [];
    engine.on("message", (data) => told.push(data));
    engine.on("data", (data) => told.push(data));
    engine.on("ping", () => told.push("ping"));
    engine.on("drain", () => told.push("drain"));
    platform.socket().message("4hi");
    platform.socket().message("2");
    expect([told, platform.socket().sent]).toEqual([["hi", "hi", "ping", "drain"], ["3"]]);
  });

  test("sends the pings to servers of 2.x and tells the latency", () => {
    const { platform, told } = openOverWebSocket({ protocol: 3 }, { pingInterval: 100, pingTimeout: 50 });
    platform.clock.advance(100);
    platform.clock.advance(7);
    platform.socket().message("3");
    expect([platform.socket().sent, told]).toEqual([["2"], ["opened session1", "ping", "pong 7"]]);
  });

  test("ends when no ping comes", () => {
    const { platform, ends } = openOverWebSocket();
    platform.clock.advance(45_000);
    expect([ends, platform.socket().ended]).toEqual([[["ping timeout", undefined]], "discard"]);
  });

  test("is overdue when its timer was throttled", () => {
    const { platform, engine } = openOverWebSocket();
    platform.clock.suspend(45_001);
    expect([engine.overdue, engine.writable]).toEqual([true, false]);
  });

  test("is not harmed by listeners that throw, which are told as uncaught", () => {
    const { engine, platform, told } = createEngine(WEBSOCKET);
    const fail = () => {
      throw new SyntaxError("a handler failed");
    };
    engine.on("handshake", fail).on("message", fail);
    platform.socket().open();
    platform.socket().message(openPacket());
    platform.socket().message("4a");
    platform.socket().message("4b");
    expect([told, engine.readyState]).toEqual([["opened session1", "message a", "message b"], "open"]);
    expect(() => platform.clock.advance(0)).toThrow("a handler failed");
  });

  test("sends for programs, and tells when that is done", () => {
    const { platform, engine } = openOverWebSocket();
    const done: string[] = [];
    engine.write("a", { compress: false }, () => done.push("a"));
    engine.send(Uint8Array.of(1), undefined, () => done.push("b"));
    platform.clock.endTurn();
    expect([platform.socket().sent, platform.socket().compressed]).toEqual([
      ["4a", Uint8Array.of(1)],
      [false, true],
    ]);
    expect(done).toEqual(["a", "b"]);
  });

  test("makes base64 text where the transport takes no bytes", () => {
    const { platform, engine } = openOverPolling({ upgrade: false });
    engine.send(Uint8Array.of(1));
    platform.clock.endTurn();
    expect(first(platform.pending("POST")).request.body).toBe("bAQ==");
  });

  test("sends nothing once it is closed, and says so", () => {
    const { engine, platform } = openOverWebSocket();
    engine.close();
    engine.send("late", undefined, () => expect.unreachable());
    platform.clock.endTurn();
    expect(platform.socket().sent).toEqual([]);
  });

  test("that ends with an error tells the error first", () => {
    const { platform, engine, failures, ends } = openOverWebSocket();
    const told: string[] = [];
    engine.on("error", (error) => told.push(error.message));
    engine.on("close", (reason) => told.push(reason));
    platform.socket().fail(new Error("reset"));
    platform.socket().close(1006);
    expect(told).toEqual(["websocket error", "transport error"]);
    expect([failures.length, ends]).toEqual([1, [["transport error", first(failures)]]]);
  });

  test("that the server closes tells how", () => {
    const { platform, ends, failures } = openOverWebSocket();
    platform.socket().close(1000, "bye");
    const context = { code: 1000, reason: "bye" };
    const details = having({ description: "websocket connection closed", context, code: "CONNECTION_CLOSED" });
    expect([ends, failures]).toEqual([[["transport close", details]], []]);
  });

  test("over polling says goodbye once, though it is closed while a batch is told as taken", () => {
    const { engine, platform } = openOverPolling({ upgrade: false });
    engine.send("a", undefined, () => engine.close());
    platform.clock.endTurn();
    first(platform.pending("POST")).answer("ok");
    expect(platform.pending("POST").map(({ request }) => request.body)).toEqual(["1"]);
  });

  test("over polling ends with a close packet", () => {
    const { platform, ends } = openOverPolling({ upgrade: false });
    last(platform.requests).answer("1");
    const details = having({ description: "transport closed by the server", code: "CONNECTION_CLOSED" });
    expect(ends).toEqual([["transport close", details]]);
  });

  test("ends at once when closed and nothing waits", () => {
    const { platform, engine, ends } = openOverWebSocket();
    engine.close();
    expect([ends, platform.socket().ended, engine.readyState]).toEqual([
      [["forced close", undefined]],
      "close",
      "closed",
    ]);
  });

  test("sends what waits before it closes", () => {
    const { platform, engine, ends } = openOverWebSocket();
    platform.holdsSends = true;
    engine.send("a");
    platform.clock.endTurn();
    engine.send("b").close();
    expect([engine.readyState, platform.socket().ended]).toEqual(["closing", undefined]);
    platform.socket().release();
    platform.socket().release();
    expect([platform.socket().sent, ends]).toEqual([["4a", "4b"], [["forced close", undefined]]]);
  });

  test("ends when the network goes away", () => {
    const { platform, ends } = openOverWebSocket();
    platform.leave("offline");
    expect(ends).toEqual([["transport close", having({ description: "network connection lost", code: "OFFLINE" })]]);
    expect([platform.socket().ended, platform.leaveListeners]).toEqual(["discard", 0]);
  });

  test("closes in silence when the page is left and the program wants it", () => {
    const { platform, ends } = openOverWebSocket({ closeOnBeforeunload: true });
    platform.leave("beforeunload");
    expect([platform.socket().ended, ends]).toEqual(["close", []]);
  });

  test("stays when the page is left otherwise", () => {
    const { platform } = openOverWebSocket();
    platform.leave("beforeunload");
    expect(platform.socket().ended).toBeUndefined();
  });
});

describe("an upgrade", () => {
  function probed(options: EngineOptions = {}): Parts {
    const parts = openOverPolling(options);
    parts.platform.socket().open();
    parts.platform.socket().message("3probe");
    return parts;
  }

  test("probes, leaves polling, and moves", () => {
    const { platform, engine } = openOverPolling();
    const told: string[] = [];
    engine.on("upgrading", ({ name }) => told.push(`upgrading ${name}`));
    engine.on("upgrade", ({ name }) => told.push(`upgrade ${name}`));
    expect(platform.socket().request.url).toBe("ws://h:3000/socket.io/?EIO=4&transport=websocket&sid=session1");
    platform.socket().open();
    platform.socket().message("3probe");
    expect([platform.socket().sent, told]).toEqual([["2probe"], ["upgrading websocket"]]);
    first(platform.pending("GET")).answer(body4("4last", "6"));
    expect([platform.socket().sent, told]).toEqual([
      ["2probe", "5"],
      ["upgrading websocket", "upgrade websocket"],
    ]);
    expect([engine.transport.name, platform.pending("GET"), Engine.priorWebsocketSuccess]).toEqual([
      "websocket",
      [],
      true,
    ]);
  });

  test("keeps the order of what is sent meanwhile", () => {
    const { platform, engine } = openOverPolling();
    engine.send("before");
    platform.clock.endTurn();
    platform.socket().open();
    platform.socket().message("3probe");
    engine.send("during");
    platform.clock.endTurn();
    first(platform.pending("GET")).answer("6");
    expect(platform.socket().sent).toEqual(["2probe"]);
    first(platform.pending("POST")).answer("ok");
    platform.clock.endTurn();
    engine.send("after");
    platform.clock.endTurn();
    expect(platform.socket().sent).toEqual(["2probe", "5", "4during", "4after"]);
  });

  test.each([
    ["is not offered by the server", {}, { upgrades: [] }],
    ["is not wanted by the program", { upgrade: false }, {}],
    ["has no transport of the program", { transports: ["polling"] }, {}],
  ])("does not happen when it %s", (_rule, options, fields) => {
    const { platform } = openOverPolling(options, fields);
    expect(platform.sockets).toEqual([]);
  });

  test.each<[string, (parts: Parts) => void]>([
    ["cannot be opened", ({ platform }) => platform.socket().close(1006)],
    [
      "is answered by something else",
      ({ platform }) => {
        platform.socket().open();
        platform.socket().message("4hi");
      },
    ],
  ])("that %s leaves the connection as it is", (_rule, act) => {
    const parts = openOverPolling();
    const errors: Error[] = [];
    parts.engine.on("upgradeError", (error) => errors.push(error));
    act(parts);
    expect([errors.length, parts.ends, parts.engine.transport.name]).toEqual([1, [], "polling"]);
    expect(first(errors)).toMatchObject({ message: "probe error" });
  });

  test("that fails while polling is being left goes on polling", () => {
    const { platform, engine, ends } = probed();
    platform.socket().close(1006);
    first(platform.pending("GET")).answer("6");
    engine.send("a");
    platform.clock.endTurn();
    expect([platform.pending("GET").length, platform.pending("POST").length, ends]).toEqual([1, 1, []]);
  });

  test("that is on its way when the program closes is given up", () => {
    const { platform, engine, ends } = openOverPolling();
    engine.on("upgradeError", () => {});
    engine.close();
    expect([platform.socket().ended, ends]).toEqual(["discard", [["forced close", undefined]]]);
    expect(first(platform.pending("POST")).request.body).toBe("1");
  });

  test("that is nearly done when the program closes is finished first", () => {
    const { platform, engine, ends } = probed();
    engine.send("last words");
    engine.close();
    expect([ends, engine.readyState]).toEqual([[], "closing"]);
    first(platform.pending("GET")).answer("6");
    expect(platform.socket().sent).toEqual(["2probe", "5", "4last words"]);
    expect([ends, platform.socket().ended]).toEqual([[["forced close", undefined]], "close"]);
  });

  test("that fails after the program closed lets polling say goodbye", () => {
    const { platform, engine, ends } = probed();
    engine.close();
    platform.socket().close(1006);
    expect([ends, first(platform.pending("POST")).request.body]).toEqual([[["forced close", undefined]], "1"]);
  });

  test("is given up when the connection is lost", () => {
    const { platform, engine, ends } = openOverPolling();
    engine.on("upgradeError", () => expect.unreachable());
    platform.socket().open();
    first(platform.pending("GET")).fail(new Error("reset"));
    expect([platform.socket().ended, first(ends)[0]]).toEqual(["discard", "transport error"]);
  });

  test("is not begun when a listener closes the connection at once", () => {
    const { platform, engine } = createEngine();
    engine.on("open", () => engine.close());
    first(platform.requests).answer(openPacket({ upgrades: ["websocket"] }));
    expect(platform.sockets).toEqual([]);
  });
});

test("whatever was heard of a transport is told by the engine's own face", () => {
  const { engine } = openOverWebSocket();
  expect(engine.transport).toMatchObject({ name: "websocket", writable: true, supportsBinary: true });
  expect(engine.frame("a").data).toBe("4a");
});
