// Rules of the race between transports that a session may move to.
import { describe, expect, test } from "vitest";
import { containing, createFakePlatform, first, last, openPacket } from "../test-support/fake-platform.ts";
import { settle } from "../test-support/fake-web-transport.ts";
import { Engine } from "./engine.ts";
import type { EngineOptions } from "./options.ts";
import { parseServerUrl } from "./url.ts";

const BOTH = ["websocket", "webtransport"];

/** An engine that is open over polling, with a server that offers some upgrades. */
function openEngine(upgrades: readonly string[] = BOTH, options: EngineOptions = {}) {
  const platform = createFakePlatform();
  platform.hasWebTransport = true;
  const told: string[] = [];
  const engine = new Engine(
    {
      platform,
      server: parseServerUrl("http://h:3000", undefined),
      options,
      memory: { revision: undefined },
      first: 4,
      implied: undefined,
    },
    { opened() {}, message: (data) => told.push(String(data)), heartbeat() {}, failed() {}, closed() {} },
  );
  engine.on("upgrading", ({ name }) => told.push(`upgrading ${name}`));
  engine.on("upgrade", ({ name }) => told.push(`upgrade ${name}`));
  engine.on("upgradeError", (error) => told.push(`${error.message} ${Reflect.get(error, "transport")}`));
  engine.open();
  first(platform.requests).answer(openPacket({ upgrades }));
  return { platform, engine, told };
}

describe("the race", () => {
  test("gives WebTransport a head start of 200 ms", () => {
    const { platform } = openEngine();
    expect([platform.webTransports.length, platform.sockets.length]).toEqual([1, 0]);
    platform.clock.advance(199);
    expect(platform.sockets.length).toBe(0);
    platform.clock.advance(1);
    expect([platform.webTransports.length, platform.sockets.length]).toEqual([1, 1]);
  });

  test("has one runner where the server offers one", () => {
    const { platform } = openEngine(["websocket"]);
    expect([platform.webTransports.length, platform.sockets.length]).toEqual([0, 1]);
  });

  test("has one runner where the program allows one", () => {
    const { platform } = openEngine(BOTH, { transports: ["polling", "webtransport"] });
    platform.clock.advance(1000);
    expect([platform.webTransports.length, platform.sockets.length]).toEqual([1, 0]);
  });

  test("is not held where upgrades are not wanted", () => {
    const { platform, engine } = openEngine(BOTH, { upgrade: false });
    platform.clock.advance(1000);
    expect([platform.webTransports.length, platform.sockets.length, engine.upgrades]).toEqual([0, 0, BOTH]);
  });

  test("is won by WebTransport when its probe is answered first; the other is not even opened", async () => {
    const { platform, engine, told } = openEngine();
    const session = first(platform.webTransports);
    await session.open();
    expect(session.packets).toEqual([
      { type: "open", data: '{"sid":"session1"}' },
      { type: "ping", data: "probe" },
    ]);
    await session.send({ type: "pong", data: "probe" });
    first(platform.pending("GET")).answer("6");
    await settle();
    await session.send({ type: "message", data: "hello" });
    platform.clock.advance(1000);
    expect([told, engine.transport.name, platform.sockets]).toEqual([
      ["upgrading webtransport", "upgrade webtransport", "hello"],
      "webtransport",
      [],
    ]);
    expect(last(session.packets)).toEqual({ type: "upgrade" });
  });

  test("is won by the WebSocket when WebTransport is too slow, which is closed without a word", async () => {
    const { platform, engine, told } = openEngine();
    platform.clock.advance(200);
    platform.socket().open();
    platform.socket().message("3probe");
    expect(first(platform.webTransports).isClosed).toBe(true);
    first(platform.pending("GET")).answer("6");
    await first(platform.webTransports).open();
    expect([told, engine.transport.name]).toEqual([["upgrading websocket", "upgrade websocket"], "websocket"]);
  });

  test("goes on with the others when one fails, which is told", async () => {
    const { platform, told } = openEngine();
    await first(platform.webTransports).refuse(new Error("no QUIC here"));
    expect(told).toEqual(["probe error webtransport"]);
    platform.clock.advance(200);
    platform.socket().open();
    platform.socket().message("3probe");
    first(platform.pending("GET")).answer("6");
    expect(told.slice(1)).toEqual(["upgrading websocket", "upgrade websocket"]);
  });

  test("is lost by all without harm", async () => {
    const { platform, engine, told } = openEngine();
    await first(platform.webTransports).refuse(new Error("no QUIC here"));
    platform.clock.advance(200);
    platform.socket().close(1006);
    expect([told, engine.transport.name, engine.readyState]).toEqual([
      ["probe error webtransport", "probe error websocket"],
      "polling",
      "open",
    ]);
  });

  test("ends with the connection, and opens nothing afterwards", () => {
    const { platform, engine } = openEngine();
    engine.close();
    platform.clock.advance(1000);
    expect([first(platform.webTransports).isClosed, platform.sockets]).toEqual([true, []]);
  });
});

describe("the facade", () => {
  test("gives the sockets of each transport and the parameters of its URL", () => {
    const { platform, engine } = openEngine(["websocket"]);
    expect(engine.transport).toMatchObject({ name: "polling", readyState: "open" });
    expect(engine.transport.query).toMatchObject({ EIO: "4", transport: "polling", sid: "session1" });
    expect([engine.upgrades, engine.pingInterval, engine.pingTimeout]).toEqual([["websocket"], 25_000, 20_000]);
    expect(platform.socket().request.url).toEqual(containing("transport=websocket"));
  });
});
