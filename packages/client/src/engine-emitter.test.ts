// What programs hear of a connection, in which order, and how they send over it.
import { describe, expect, test } from "vitest";
import { body3, createFakePlatform, first, last, openPacket } from "../test-support/fake-platform.ts";
import { Engine } from "./engine.ts";
import type { EngineOptions } from "./options.ts";
import { parseServerUrl } from "./url.ts";

const EVENTS = [
  "open",
  "handshake",
  "message",
  "data",
  "packet",
  "packetCreate",
  "heartbeat",
  "ping",
  "pong",
  "flush",
  "drain",
  "error",
  "close",
] as const;

/** An engine whose every event is noted. */
function createEngine(options: EngineOptions = {}, revision: 3 | 4 = 4) {
  const platform = createFakePlatform();
  const told: unknown[] = [];
  const engine = new Engine(
    {
      platform,
      server: parseServerUrl("http://h:3000", undefined),
      options,
      memory: { revision: undefined },
      first: revision,
      implied: undefined,
      mayProbe: false,
    },
    { opened() {}, message() {}, heartbeat() {}, failed() {}, closed() {} },
  );
  for (const event of EVENTS) engine.on(event, (...args: unknown[]) => told.push([event, ...args]));
  engine.open();
  return { platform, engine, told };
}

function openOverWebSocket(revision: 3 | 4 = 4) {
  const parts = createEngine({ transports: ["websocket"] }, revision);
  parts.platform.socket().open();
  parts.platform.socket().message(openPacket());
  parts.told.length = 0;
  return parts;
}

const COMPRESSED = { compress: true };

describe("an opening connection", () => {
  test("tells the packet, the sign of life, its data, and then that it is open", () => {
    const { platform, told } = createEngine();
    first(platform.requests).answer(openPacket());
    const handshake = {
      sid: "session1",
      upgrades: [],
      pingInterval: 25_000,
      pingTimeout: 20_000,
      maxPayload: 1_000_000,
    };
    expect(told).toEqual([
      ["packet", { type: "open", data: JSON.stringify(handshake) }],
      ["heartbeat"],
      ["handshake", handshake],
      ["open"],
    ]);
  });

  test("that fails tells the error and the end", () => {
    const { platform, told } = createEngine();
    first(platform.requests).fail(new Error("refused"));
    const [error, close] = told;
    expect(error).toEqual(["error", expect.objectContaining({ message: "xhr poll error" })]);
    expect(close).toEqual(["close", "transport error", expect.objectContaining({ message: "xhr poll error" })]);
  });

  test("keeps what is sent, and sends it before whatever listeners of its opening send", () => {
    const { platform, engine } = createEngine({ transports: ["websocket"] });
    engine.on("open", () => engine.send("later"));
    engine.send("early");
    platform.socket().open();
    platform.socket().message(openPacket());
    platform.clock.advance(0);
    expect(platform.socket().sent).toEqual(["4early", "4later"]);
  });

  test("believes over a WebSocket what it asked for, since it may not ask in words of Socket.IO", () => {
    const { platform, engine } = createEngine({ transports: ["websocket"] }, 3);
    platform.socket().open();
    platform.socket().message(openPacket({ maxPayload: undefined }));
    platform.clock.advance(1000);
    expect([engine.readyState, engine.protocol, platform.socket().sent]).toEqual(["open", 3, []]);
  });

  test("follows over polling what the server speaks", () => {
    const { platform, engine } = createEngine();
    first(platform.requests).answer(body3(openPacket({ maxPayload: undefined })));
    expect(engine.protocol).toBe(3);
  });
});

describe("messages", () => {
  test("that come in are told as packet, sign of life, data and message", () => {
    const { platform, told } = openOverWebSocket();
    platform.socket().message("4hello");
    expect(told).toEqual([
      ["packet", { type: "message", data: "hello" }],
      ["heartbeat"],
      ["data", "hello"],
      ["message", "hello"],
    ]);
  });

  test("go out as packet, batch and room for more; a callback may stand in place of the options", () => {
    const { platform, engine, told } = openOverWebSocket();
    engine.send("a", () => told.push("taken"));
    engine.write(Uint8Array.of(1), { compress: false }, () => told.push("taken too"));
    engine.send(7, null);
    expect(told).toEqual([
      ["packetCreate", { type: "message", data: "a", options: COMPRESSED }],
      ["packetCreate", { type: "message", data: Uint8Array.of(1), options: { compress: false } }],
      ["packetCreate", { type: "message", data: "7", options: COMPRESSED }],
    ]);
    told.length = 0;
    platform.clock.advance(0);
    expect(told).toEqual(["taken", "taken too", ["drain"], ["flush"]]);
    expect(platform.socket().sent).toEqual(["4a", Uint8Array.of(1), "47"]);
    expect(platform.socket().compressed).toEqual([true, false, true]);
  });

  test("stand in the write buffer until the transport has taken them", () => {
    const { platform, engine } = openOverWebSocket();
    platform.holdsSends = true;
    engine.send("a");
    platform.clock.advance(0);
    engine.send(Uint8Array.of(1), { compress: false });
    expect(engine.writeBuffer).toEqual([
      { type: "message", data: "a", options: COMPRESSED },
      { type: "message", data: Uint8Array.of(1), options: { compress: false } },
    ]);
    platform.socket().release();
    platform.clock.advance(0);
    platform.socket().release();
    expect(engine.writeBuffer).toEqual([]);
  });

  test("are given as the program's binary type says", () => {
    const { platform, engine, told } = openOverWebSocket();
    const asked: (string | undefined)[] = [];
    Object.assign(platform, {
      binary(bytes: Uint8Array, type: string) {
        asked.push(type);
        return bytes;
      },
    });
    engine.binaryType = "arraybuffer";
    platform.socket().message(Uint8Array.of(1));
    expect([asked, last(told)]).toEqual([
      ["arraybuffer", "arraybuffer", "arraybuffer"],
      ["message", Uint8Array.of(1)],
    ]);
  });

  test("of the layer above are told as the packets that they are", () => {
    const { engine, told } = openOverWebSocket();
    engine.sendFrames({ frames: [engine.frame("2[]")], compress: false });
    expect(told).toEqual([["packetCreate", { type: "message", data: "2[]", options: { compress: false } }]]);
  });
});

describe("heartbeats", () => {
  test("of a server that pings are answered, and told as ping and pong", () => {
    const { platform, told } = openOverWebSocket();
    platform.socket().message("2");
    expect(told).toEqual([
      ["packet", { type: "ping" }],
      ["heartbeat"],
      ["packetCreate", { type: "pong", options: COMPRESSED }],
      ["ping"],
      ["pong"],
      ["drain"],
      ["flush"],
    ]);
  });

  test("of our own are told when they are sent and when they are answered", () => {
    const { platform, told } = openOverWebSocket(3);
    platform.clock.advance(25_000);
    platform.socket().message("3");
    expect(told).toEqual([
      ["packetCreate", { type: "ping", options: COMPRESSED }],
      ["ping"],
      ["drain"],
      ["flush"],
      ["packet", { type: "pong" }],
      ["heartbeat"],
      ["pong"],
    ]);
  });
});
