// Rules of what a connection and its transport tell programs, and in which order.
import { createFakePlatform, FakeExchange, FakeUpgrade } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { Connection } from "./connection.ts";
import { ENGINE_DEFAULTS, type EngineOptions, resolveOptions } from "./options.ts";
import { EngineServer } from "./server.ts";
import { Transport } from "./transport.ts";

const CONNECTION_EVENTS = [
  "packet",
  "data",
  "message",
  "packetCreate",
  "flush",
  "drain",
  "heartbeat",
  "upgrading",
  "upgrade",
  "close",
] as const;

function createScene(options: Partial<EngineOptions> = {}) {
  const platform = createFakePlatform();
  const engine = new EngineServer(resolveOptions(options, ENGINE_DEFAULTS), platform);
  const heard: unknown[] = [];
  const opened: Connection[] = [];
  engine.on("connection", (connection) => {
    opened.push(connection);
    for (const event of CONNECTION_EVENTS) connection.on(event, (...args: unknown[]) => heard.push([event, ...args]));
  });
  return { platform, engine, heard, opened };
}

function openWebSocket(protocol: 3 | 4 = 4) {
  const scene = createScene();
  const upgrade = new FakeUpgrade(`/engine.io/?EIO=${protocol}&transport=websocket&room=a`, { native: "the request" });
  scene.engine.handleUpgrade(upgrade);
  scene.platform.clock.endTurn();
  const [connection] = scene.opened;
  if (connection === undefined) throw new Error("Cannot open the session: the handshake was refused");
  scene.heard.length = 0;
  return { ...scene, ...scene.platform, connection, port: upgrade.port };
}

describe("a message that is sent", () => {
  it("is told as packet, batch and room for more, with the transport for who asked", () => {
    const { connection, heard, clock } = openWebSocket();
    const options = { compress: false };
    connection.send("a", options, (transport) => heard.push(["sent", transport.name]));
    expect(connection.writeBuffer).toEqual([{ type: "message", data: "a", options }]);
    clock.endTurn();
    const packet = { type: "message", data: "a", options };
    expect(heard).toEqual([["packetCreate", packet], ["flush", [packet]], ["sent", "websocket"], ["drain"]]);
    expect(connection.writeBuffer).toEqual([]);
  });

  it.each<readonly [string, (connection: Connection, sent: () => void) => void]>([
    ["no options", (connection, sent) => connection.write(Uint8Array.of(1), sent)],
    ["null", (connection, sent) => connection.write(Uint8Array.of(1), null, sent)],
    [
      "a frame that its sender has made",
      (connection, sent) => connection.send(Uint8Array.of(1), { wsPreEncodedFrame: [Uint8Array.of(9)] }, sent),
    ],
  ])("goes with %s as it is", (_what, send) => {
    const { connection, port, clock } = openWebSocket();
    const sent = vi.fn();
    port.take();
    send(connection, sent);
    clock.endTurn();
    expect([port.take(), sent.mock.calls.length]).toEqual([[Uint8Array.of(1)], 1]);
  });

  it("is told on the engine, too", () => {
    const { engine, connection, clock, heard } = openWebSocket();
    engine.on("flush", (one, packets) => heard.push(["engine flush", one === connection, packets.length]));
    engine.on("drain", (one) => heard.push(["engine drain", one === connection]));
    connection.removeAllListeners().send("a");
    clock.endTurn();
    expect(heard).toEqual([
      ["engine flush", true, 1],
      ["engine drain", true],
    ]);
  });
});

describe("a packet that comes in", () => {
  it("is told as packet, data and message", () => {
    const { port, heard } = openWebSocket();
    port.receive("4a");
    expect(heard).toEqual([
      ["packet", { type: "message", data: "a" }],
      ["data", "a"],
      ["message", "a"],
    ]);
  });

  it("has its bytes in the form that programs of the platform expect", () => {
    const platform = { ...createFakePlatform(), toNativeBytes: (bytes: Uint8Array) => Buffer.from(bytes) };
    const engine = new EngineServer(ENGINE_DEFAULTS, platform);
    const heard: unknown[] = [];
    engine.on("connection", (connection) => {
      connection.on("packet", ({ data }) => heard.push(data)).on("data", (data) => heard.push(data));
    });
    const upgrade = new FakeUpgrade("/engine.io/?EIO=4&transport=websocket");
    engine.handleUpgrade(upgrade);
    upgrade.port.receive(Uint8Array.of(1, 2));
    expect(heard).toEqual([Buffer.of(1, 2), Buffer.of(1, 2)]);
  });

  it("that answers our ping is a sign of life, and our ping a packet", () => {
    const { port, heard, clock } = openWebSocket();
    clock.advance(ENGINE_DEFAULTS.pingInterval);
    port.receive("3");
    const ping = { type: "ping", options: { compress: false } };
    expect(heard).toEqual([
      ["packetCreate", ping],
      ["flush", [ping]],
      ["drain"],
      ["packet", { type: "pong" }],
      ["heartbeat"],
    ]);
  });

  it("that is a ping of revision 3 is a sign of life, and our pong a packet", () => {
    const { port, heard } = openWebSocket(3);
    port.receive("2");
    expect(heard.slice(0, 3)).toEqual([
      ["packet", { type: "ping" }],
      ["packetCreate", { type: "pong", options: { compress: false } }],
      ["heartbeat"],
    ]);
  });
});

describe("the transport of a connection", () => {
  it("is one object with what programs look at", () => {
    const { connection } = openWebSocket();
    const { transport } = connection;
    expect(connection.transport).toBe(transport);
    expect(transport).toBeInstanceOf(Transport);
    const { name, writable, readyState, supportsBinary, protocol, sid, query, socket, ws } = transport;
    expect({ name, writable, readyState, supportsBinary, protocol, sid, query, socket, ws }).toEqual({
      name: "websocket",
      writable: true,
      readyState: "open",
      supportsBinary: true,
      protocol: 4,
      sid: connection.id,
      query: connection.query,
      socket: undefined,
      ws: undefined,
    });
  });

  it("tells of packets, of room for more, and of its end", () => {
    const { connection, port, clock } = openWebSocket();
    const heard: unknown[] = [];
    const { transport } = connection;
    transport.on("packet", (packet) => heard.push(packet.type)).on("drain", () => heard.push("drain"));
    transport.on("close", () => heard.push(`close ${transport.readyState}`));
    port.receive("4a");
    connection.send("b");
    clock.endTurn();
    port.vanish();
    expect(heard).toEqual(["message", "drain", "close closed"]);
  });

  it("sends packets behind those that wait", () => {
    const { connection, port, clock } = openWebSocket();
    port.take();
    connection.send("a");
    connection.transport.send([
      { type: "noop" },
      { type: "message", data: Uint8Array.of(1), options: { compress: false } },
    ]);
    clock.endTurn();
    expect(port.take()).toEqual(["4a", "6", Uint8Array.of(1)]);
  });

  it("ends the connection with it, once", () => {
    const { connection, heard } = openWebSocket();
    const closed = vi.fn();
    connection.transport.close(closed);
    connection.transport.close();
    expect([heard, closed.mock.calls.length, connection.transport.writable]).toEqual([
      [["close", "transport close", undefined]],
      1,
      false,
    ]);
  });

  it("is told when it is tried and when it is moved to, and the one before ends", () => {
    const { engine, heard, opened, platform } = createScene();
    engine.handleRequest(new FakeExchange("/engine.io/?EIO=4&transport=polling"));
    platform.clock.endTurn();
    const [connection] = opened;
    const polling = connection?.transport;
    polling?.on("close", () => heard.push(`polling ${polling.readyState}`));
    heard.length = 0;
    const upgrade = new FakeUpgrade(`/engine.io/?EIO=4&transport=websocket&sid=${connection?.id}`);
    engine.handleUpgrade(upgrade);
    const before = connection?.transport.name;
    upgrade.port.receive("2probe", "5");
    expect(heard).toEqual([["upgrading", expect.any(Transport)], "polling closed", ["upgrade", connection?.transport]]);
    expect(heard[0]).toEqual(["upgrading", connection?.transport]);
    expect([before, connection?.transport.name, connection?.transport.readyState]).toEqual([
      "polling",
      "websocket",
      "open",
    ]);
  });

  it("tells of the headers of answers, which may be changed; who fails with that keeps no answer back", () => {
    const { engine, opened, platform } = createScene();
    const poll = (sid = "") => {
      const exchange = new FakeExchange(`/engine.io/?EIO=4&transport=polling${sid}`, { native: "req" });
      engine.handleRequest(exchange);
      return exchange;
    };
    poll();
    platform.clock.endTurn();
    const [connection] = opened;
    const second = poll(`&sid=${connection?.id}`);
    connection?.transport.on("headers", (headers, request) => {
      headers["X-Seen"] = String(request);
    });
    connection?.send("a");
    platform.clock.endTurn();
    const third = poll(`&sid=${connection?.id}`);
    connection?.transport.prependListener("headers", () => {
      throw new Error("a program's mistake");
    });
    connection?.send("b");
    platform.clock.endTurn();
    expect([second.answer?.headers["X-Seen"], second.outcome, third.outcome]).toEqual(["req", "200 4a", "200 4b"]);
    expect(platform.uncaught).toEqual([new Error("a program's mistake")]);
  });

  it("on trial is open until it is shown out", () => {
    const { engine, opened, platform } = createScene();
    engine.handleRequest(new FakeExchange("/engine.io/?EIO=4&transport=polling"));
    platform.clock.endTurn();
    const [connection] = opened;
    const tried: Transport[] = [];
    connection?.on("upgrading", (transport) => tried.push(transport));
    const upgrade = new FakeUpgrade(`/engine.io/?EIO=4&transport=websocket&sid=${connection?.id}`);
    engine.handleUpgrade(upgrade);
    const states = [tried[0]?.readyState];
    upgrade.port.vanish();
    expect([...states, tried[0]?.readyState, connection?.upgrading]).toEqual(["open", "closed", false]);
  });
});

describe("the request of a connection", () => {
  it("may be deleted or put away, and what is known of it stays", () => {
    const { connection } = openWebSocket();
    expect([connection.request, connection.query["room"]]).toEqual(["the request", "a"]);
    Reflect.set(connection, "request", null);
    expect([connection.request, connection.head.target]).toEqual([
      null,
      "/engine.io/?EIO=4&transport=websocket&room=a",
    ]);
    Reflect.deleteProperty(connection, "request");
    expect([connection.request, connection.remoteAddress]).toEqual(["the request", "203.0.113.7"]);
  });

  it("is the one that a program has seen, where one has, and else what the runtime makes of what it kept", () => {
    const { head } = new FakeUpgrade("/");
    const seen = { native: { req: "seen" }, keep: () => ({ ...head, native: { req: "kept" } }) };
    const { engine, opened } = createScene();
    const requests = [true, false].map((isShown) => {
      const upgrade = new FakeUpgrade("/engine.io/?EIO=4&transport=websocket");
      engine.handleUpgrade(Object.assign(upgrade, { head: { ...upgrade.head, ...seen, isShown } }));
      const connection = opened.at(-1);
      return [connection?.request, connection?.request];
    });
    expect(requests).toEqual([
      ["seen", "seen"],
      ["kept", "kept"],
    ]);
  });

  it("comes with the engine", () => {
    const { connection, engine } = openWebSocket();
    expect([connection.server, connection.server.clientsCount]).toEqual([engine, 1]);
  });

  it("is the very one that a program was told of with the first headers", () => {
    const { engine, opened, platform } = createScene();
    const exchange = new FakeExchange("/engine.io/?EIO=4&transport=polling");
    const keep = () => ({ ...exchange.head, native: { req: "kept" } });
    const head = { ...exchange.head, keep, isShown: false, native: { req: "seen" } };
    engine.on("initial_headers", () => {
      head.isShown = true;
    });
    engine.handleRequest(Object.assign(exchange, { head }));
    platform.clock.endTurn();
    expect(opened[0]?.request).toBe("seen");
  });
});

describe("a listener that throws", () => {
  it.each(["headers", "initial_headers"] as const)("of %s leaves no request without an answer", (event) => {
    const { engine, platform } = createScene();
    engine.on(event, () => {
      throw new Error("a program's mistake");
    });
    const exchange = new FakeExchange("/engine.io/?EIO=4&transport=polling");
    engine.handleRequest(exchange);
    platform.clock.endTurn();
    expect([exchange.answer?.status, platform.uncaught]).toEqual([200, [new Error("a program's mistake")]]);
  });

  it("of connection or connection_error leaves none without an answer either", () => {
    const { engine, platform } = createScene();
    for (const event of ["connection", "connection_error"] as const) {
      engine.on(event, () => {
        throw new Error(event);
      });
    }
    const welcome = new FakeExchange("/engine.io/?EIO=4&transport=polling");
    const unknown = new FakeExchange("/engine.io/?EIO=4&transport=flashsocket");
    const upgrade = new FakeUpgrade("/engine.io/?EIO=4&transport=flashsocket");
    expect(() => engine.handleRequest(welcome)).toThrow("connection");
    expect(() => engine.handleRequest(unknown)).toThrow("connection_error");
    expect(() => engine.handleUpgrade(upgrade)).toThrow("connection_error");
    platform.clock.endTurn();
    expect([welcome.answer?.status, unknown.answer?.status, upgrade.refusals]).toEqual([
      200,
      400,
      ["Transport unknown"],
    ]);
  });

  it("in the place of a preflight gives an answer as well; false is nobody", () => {
    const preflight = () => new FakeExchange("/engine.io/", { method: "OPTIONS", native: "req", response: "res" });
    const failing = createScene({
      handlePreflightRequest: () => {
        throw new Error("a program's mistake");
      },
    });
    const [failed, passed] = [preflight(), preflight()];
    expect(() => failing.engine.handleRequest(failed)).toThrow("a program's mistake");
    createScene({ handlePreflightRequest: false }).engine.handleRequest(passed);
    expect([failed.outcome, passed.answer?.status]).toEqual(["500", 400]);
  });
});

describe("the engine as programs use it", () => {
  it("opens no session for a client that a middleware has answered, though it handed on", () => {
    const { engine, opened } = createScene();
    const exchange = new FakeExchange("/engine.io/?EIO=4&transport=polling", { native: "req", response: "res" });
    engine.use((_request, _response, next) => {
      exchange.respond(200, {}, "mine");
      next();
    });
    engine.handleRequest(exchange);
    expect([exchange.outcome, opened.length]).toEqual(["200 mine", 0]);
  });

  it("takes ids from a function that is put in its place, however long, now or later", async () => {
    const { engine, opened } = createScene();
    const original = engine.generateId.bind(engine);
    engine.generateId = (request) => `${String(request)}-${String(original(request)).length}`;
    engine.handleRequest(new FakeExchange("/engine.io/?EIO=4&transport=polling", { native: "now" }));
    engine.generateId = (request) => Promise.resolve(`${String(request)}-${"x".repeat(100)}`);
    const later = new FakeExchange("/engine.io/?EIO=4&transport=polling", { native: "later" });
    engine.handleRequest(later);
    await Promise.resolve();
    expect(opened.map(({ id }) => id)).toEqual(["now-20", `later-${"x".repeat(100)}`]);
  });

  it("counts changed options for clients to come", () => {
    const { engine, platform } = createScene();
    engine.opts.pingInterval = 7;
    const exchange = new FakeExchange("/engine.io/?EIO=4&transport=polling");
    engine.handleRequest(exchange);
    platform.clock.endTurn();
    expect(exchange.outcome).toContain('"pingInterval":7,');
  });

  it("judges a request without opening a session", () => {
    const { engine } = createScene({ allowRequest: (_request, decide) => decide("no", false) });
    const told: unknown[] = [];
    const examine = (target: string) =>
      engine.examine(new FakeExchange(`/engine.io/?${target}`).head, false, (refusal) => told.push(refusal?.code));
    examine("EIO=4&transport=polling");
    examine("EIO=4&transport=polling&sid=none");
    engine.opts.allowRequest = (_request, decide) => decide(null, true);
    examine("EIO=4&transport=polling");
    expect([told, engine.clientsCount]).toEqual([[4, 1, undefined], 0]);
  });

  it("takes handshakes again when its HTTP server listens again", () => {
    const { engine } = createScene();
    const knock = () => engine.handleRequest(new FakeExchange("/engine.io/?EIO=4&transport=polling"));
    engine.close();
    knock();
    const whileClosed = engine.clientsCount;
    engine.reopen();
    knock();
    expect([whileClosed, engine.clientsCount]).toEqual([0, 1]);
  });
});
