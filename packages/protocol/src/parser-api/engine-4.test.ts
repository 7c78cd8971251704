// Rules of the functions of engine.io-parser 5.x.
import { describe, expect, test } from "vitest";
import { createEngineParser4 } from "./engine-4.ts";
import type { PublishedPacket } from "./engine-packets.ts";

/** Bytes in a class of their own, as a platform puts them. */
class Wrapped {
  readonly bytes: readonly number[];

  constructor(bytes: Uint8Array) {
    this.bytes = [...bytes];
  }
}

/** A stream that is its transform: it takes a chunk and gives what it would enqueue. */
type Stream = (chunk: unknown) => unknown[];

const parser = createEngineParser4<Stream>(
  (bytes) => new Wrapped(bytes),
  (transform) => (chunk) => {
    const enqueued: unknown[] = [];
    transform(chunk, (result) => enqueued.push(result));
    return enqueued;
  },
);

const BYTES = new Uint8Array([1, 2, 3]);
const ERROR: PublishedPacket = { type: "error", data: "parser error" };

describe("encoding a packet", () => {
  test.each([
    ["x", "4x"],
    [undefined, "4"],
    [null, "4"],
    ["", "4"],
    [5, "45"],
    [{ a: 1 }, "4[object Object]"],
  ])("writes %o as text", (data, text) => {
    expect(parser.encodePacket({ type: "message", data }, true, String)).toBe(text);
  });

  test.each([BYTES, BYTES.buffer, new DataView(BYTES.buffer)])("gives bytes as they were given: %o", (data) => {
    expect(parser.encodePacket({ type: "message", data }, true, (encoded) => encoded)).toBe(data);
  });

  test("writes bytes as base64 for a receiver without binary", () => {
    expect(parser.encodePacket({ type: "message", data: BYTES }, false, (encoded) => encoded)).toBe("bAQID");
  });

  test("returns what the callback returns", () => {
    expect(parser.encodePacket({ type: "ping" }, true, () => 7)).toBe(7);
  });
});

describe("decoding a packet", () => {
  test.each([
    ["4x", { type: "message", data: "x" }],
    ["2probe", { type: "ping", data: "probe" }],
    ["6", { type: "noop" }],
    ["", ERROR],
    ["9", ERROR],
    ["b!!!", ERROR],
    [undefined, ERROR],
    [7, ERROR],
  ])("reads %o", (encoded, packet) => {
    expect(parser.decodePacket(encoded)).toEqual(packet);
  });

  test.each(["bAQID", BYTES, BYTES.buffer])("puts bytes into the platform's class: %o", (encoded) => {
    expect(parser.decodePacket(encoded)).toEqual({ type: "message", data: new Wrapped(BYTES) });
  });

  test.each(["bAQID", BYTES, new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4)])(
    "gives an ArrayBuffer of the very bytes where it is asked for: %o",
    (encoded) => {
      expect(parser.decodePacket(encoded, "arraybuffer")).toEqual({ type: "message", data: BYTES.buffer });
    },
  );
});

describe("a payload", () => {
  test("is one text, bytes as base64", () => {
    const told: unknown[] = [];
    parser.encodePayload([{ type: "message", data: "a" }, { type: "message", data: BYTES }, { type: "ping" }], (body) =>
      told.push(body),
    );
    expect(told).toEqual(["4a\x1ebAQID\x1e2"]);
  });

  test("of no packets calls nobody", () => {
    const told: unknown[] = [];
    parser.encodePayload([], (body) => told.push(body));
    expect(told).toEqual([]);
  });

  test("is read up to the first packet that cannot be read", () => {
    expect(parser.decodePayload("4a\x1e9\x1e4b")).toEqual([{ type: "message", data: "a" }, ERROR]);
    expect(parser.decodePayload("2\x1ebAQID", "arraybuffer")).toEqual([
      { type: "ping" },
      { type: "message", data: BYTES.buffer },
    ]);
  });
});

describe("a stream of WebTransport", () => {
  test.each([
    [{ type: "message", data: "a" }, [2, 0x34, 0x61]],
    [{ type: "message", data: BYTES }, [0x83, 1, 2, 3]],
    [{ type: "ping" }, [1, 0x32]],
  ])("has a header in front of %o", (packet, bytes) => {
    expect(parser.createPacketEncoderStream()(packet)).toEqual([new Uint8Array(bytes)]);
  });

  test.each([undefined, null, "4a", {}, { type: "shout" }])("takes no chunk that is no packet: %o", (chunk) => {
    expect(() => parser.createPacketEncoderStream()(chunk)).toThrow(TypeError);
  });

  test("is read across the borders of its chunks", () => {
    const stream = parser.createPacketDecoderStream(100);
    expect(stream(new Uint8Array([2, 0x34]))).toEqual([]);
    expect(stream(new Uint8Array([0x61, 0x81, 7]))).toEqual([
      { type: "message", data: "a" },
      { type: "message", data: new Wrapped(new Uint8Array([7])) },
    ]);
  });

  test("ends with one error at an illegal packet", () => {
    const stream = parser.createPacketDecoderStream(3, "arraybuffer");
    expect(stream(new Uint8Array([1, 0x32, 20]))).toEqual([{ type: "ping" }, ERROR]);
    expect(stream(new Uint8Array([1, 0x32]))).toEqual([]);
  });

  test("ends with an error at a chunk that is no bytes", () => {
    expect(parser.createPacketDecoderStream(3)("2")).toEqual([ERROR]);
  });

  test("lets errors of the receiving side through", () => {
    const failing = createEngineParser4<(chunk: unknown) => void>(
      (bytes) => bytes,
      (transform) => (chunk) =>
        transform(chunk, () => {
          throw new RangeError("full");
        }),
    );
    expect(() => failing.createPacketDecoderStream(3)(new Uint8Array([1, 0x32]))).toThrow("full");
  });
});
