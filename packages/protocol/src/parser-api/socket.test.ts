// Rules of the classes of socket.io-parser 3.x and 4.x.
import { describe, expect, test } from "vitest";
import { Decoder4, Decoder5, Encoder4, Encoder5, isPacketValid, PacketTypes, types } from "./socket.ts";

const BYTES = new Uint8Array([1, 2, 3]);
const HEADER = '51-["a",{"_placeholder":true,"num":0}]';

/** What a decoder tells of frames. */
function decode(decoder: Decoder4 | Decoder5, frames: readonly unknown[]): unknown[] {
  const packets: unknown[] = [];
  decoder.on("decoded", (packet: unknown) => packets.push(packet));
  for (const frame of frames) decoder.add(frame);
  return packets;
}

describe("a decoder", () => {
  test("of 4.x tells of a binary event as an event", () => {
    expect(decode(new Decoder5(), [HEADER, BYTES])).toEqual([{ type: 2, nsp: "/", data: ["a", BYTES] }]);
  });

  test("of 3.x tells of a binary event as one", () => {
    expect(decode(new Decoder4(), [HEADER, BYTES])).toEqual([{ type: 5, nsp: "/", data: ["a", BYTES] }]);
  });

  test("of 4.x throws at an unknown type", () => {
    expect(() => new Decoder5().add("9")).toThrow(SyntaxError);
  });

  test("of 3.x tells of an unknown type as an error, and goes on", () => {
    expect(decode(new Decoder4(), ["9", '2["a"]'])).toEqual([
      { type: 4, data: "parser error: unknown packet type 9" },
      { type: 2, nsp: "/", data: ["a"] },
    ]);
  });

  test.each(["2{}", ' 2["a"]', ""])("of 3.x throws at anything else: %o", (frame) => {
    expect(() => new Decoder4().add(frame)).toThrow(SyntaxError);
  });

  test("takes a reviver, or options", () => {
    const double = (_key: string, value: unknown): unknown => (typeof value === "number" ? value * 2 : value);
    expect(decode(new Decoder5(double), ['2["a",2]'])).toEqual([{ type: 2, nsp: "/", data: ["a", 4] }]);
    expect(() => new Decoder5({ maxAttachments: 1 }).add('52-["a"]')).toThrow(SyntaxError);
    expect(() => new Decoder4({ maxAttachments: 1 }).add('52-["a"]')).toThrow(SyntaxError);
  });

  test("drops what it collected when it is destroyed", () => {
    const decoder = new Decoder5();
    decoder.add(HEADER);
    decoder.destroy();
    expect(decode(decoder, ['2["b"]'])).toEqual([{ type: 2, nsp: "/", data: ["b"] }]);
  });

  test("is an event emitter with all the method names", () => {
    const decoder = new Decoder5();
    const heard: string[] = [];
    const listen = (name: string) => () => {
      heard.push(name);
    };
    const added = listen("added");
    const kept = listen("kept");
    decoder.addEventListener("decoded", added).on("decoded", kept).once("decoded", listen("once"));
    decoder.emitReserved("decoded").removeListener("decoded", added).emit("decoded");
    expect(heard).toEqual(["added", "kept", "once", "kept"]);
    decoder.removeEventListener("decoded", kept);
    expect(decoder.hasListeners("decoded")).toBe(false);
    decoder.on("decoded", kept).on("other", kept).removeAllListeners("decoded");
    expect([decoder.listeners("decoded"), decoder.listeners("other")]).toEqual([[], [kept]]);
  });
});

describe("an encoder", () => {
  test("of 4.x finds bytes and returns the frames", () => {
    expect(new Encoder5().encode({ type: 2, nsp: "/", data: ["a", BYTES] })).toEqual([HEADER, BYTES]);
  });

  test("of 3.x goes by the type and calls back with the frames", () => {
    const told: unknown[] = [];
    new Encoder4().encode({ type: 5, nsp: "/", data: ["a", BYTES] }, (frames) => told.push(frames));
    expect(told).toEqual([[HEADER, BYTES]]);
  });
});

describe("a packet about to be sent", () => {
  test.each([
    { type: 0, nsp: "/" },
    { type: 0, nsp: "/", data: {} },
    { type: 1, nsp: "/" },
    { type: 2, nsp: "/", data: ["a"] },
    { type: 2, nsp: "/", id: -1, data: [5] },
    { type: 3, nsp: "/", id: 1, data: [] },
    { type: 4, nsp: "/", data: "no" },
  ])("is valid: %o", (packet) => {
    expect(isPacketValid(packet)).toBe(true);
  });

  test.each([
    null,
    "2",
    { nsp: "/" },
    { type: "2", nsp: "/", data: ["a"] },
    { type: -1, nsp: "/" },
    { type: 2, data: ["a"] },
    { type: 2, nsp: "/", id: 1.5, data: ["a"] },
    { type: 2, nsp: "/", data: ["connect"] },
    { type: 0, nsp: "/", data: [] },
    { type: 1, nsp: "/", data: {} },
    { type: 4, nsp: "/" },
    { type: 5, nsp: "/", data: ["a"] },
  ])("is not valid: %o", (packet) => {
    expect(isPacketValid(packet)).toBe(false);
  });
});

test("the packet types are known by name and by number", () => {
  expect([PacketTypes["EVENT"], PacketTypes["2"], PacketTypes["CONNECT_ERROR"]]).toEqual([2, "EVENT", 4]);
  expect(types).toEqual(["CONNECT", "DISCONNECT", "EVENT", "ACK", "ERROR", "BINARY_EVENT", "BINARY_ACK"]);
});
