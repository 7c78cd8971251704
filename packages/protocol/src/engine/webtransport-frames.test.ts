// Rules of the frames on a WebTransport stream.
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { concatBytes, encodeUtf8 } from "../shared/bytes.ts";
import { PACKET_TYPES, type Packet } from "./packet.ts";
import { createWebTransportDecoder, encodeWebTransportFrame } from "./webtransport-frames.ts";

const LIMIT = 100_000;
const SEED = { seed: 11 };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Feeds chunks until one is refused; what came before stays delivered. */
function feed(chunks: readonly Uint8Array[], maxPayload = LIMIT): { packets: Packet[]; failure: unknown } {
  const decoder = createWebTransportDecoder(maxPayload);
  const packets: Packet[] = [];
  try {
    for (const chunk of chunks) for (const packet of decoder.add(chunk)) packets.push(packet);
    return { packets, failure: undefined };
  } catch (failure) {
    return { packets, failure };
  }
}

function byteByByte(stream: Uint8Array): Uint8Array[] {
  return [...stream].map((byte) => Uint8Array.of(byte));
}

function cut(stream: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (stream.length + 1)), stream.length].sort((a, b) => a - b);
  return ends.map((end, at) => stream.subarray(ends[at - 1] ?? 0, end));
}

const HELLO: Packet = { type: "message", data: "hello" };
const HELLO_FRAME = Uint8Array.of(6, ...encodeUtf8("4hello"));

describe("a frame", () => {
  test.each<[string, Packet, number[]]>([
    ["a text packet", HELLO, [6, 0x34]],
    ["a packet without data", { type: "ping" }, [1, 0x32]],
    ["the longest of a short length", { type: "message", data: "a".repeat(124) }, [125, 0x34]],
    ["the shortest of a middle length", { type: "message", data: "a".repeat(125) }, [126, 0, 126, 0x34]],
    ["the longest of a middle length", { type: "message", data: "a".repeat(65_534) }, [126, 255, 255, 0x34]],
    [
      "the shortest of a long length",
      { type: "message", data: "a".repeat(65_535) },
      [127, 0, 0, 0, 0, 0, 1, 0, 0, 0x34],
    ],
    ["bytes", { type: "message", data: Uint8Array.of(7) }, [0x81, 7]],
    ["126 bytes", { type: "message", data: new Uint8Array(126).fill(7) }, [0xfe, 0, 126, 7]],
    ["65,536 bytes", { type: "message", data: new Uint8Array(65_536).fill(7) }, [0xff, 0, 0, 0, 0, 0, 1, 0, 0, 7]],
  ])("of %s begins with its length", (_name, packet, head) => {
    const frame = encodeWebTransportFrame(packet);
    expect([...frame.subarray(0, head.length)]).toEqual(head);
    expect(feed([frame])).toEqual({ packets: [packet], failure: undefined });
  });

  test("of no bytes is not sent, and the error says so", () => {
    const empty: Packet = { type: "message", data: new Uint8Array(0) };
    expect(() => encodeWebTransportFrame(empty)).toThrow(RangeError);
    expect(() => encodeWebTransportFrame(empty)).toThrow("WebTransport carries no binary message of 0 bytes");
  });
});

describe("the decoder", () => {
  test.each<[string, number[], number]>([
    ["a text of 0 bytes", [0], LIMIT],
    ["bytes of 0 bytes", [0x80], LIMIT],
    ["a middle length of 0", [126, 0, 0], LIMIT],
    ["a long length of 0", [0xff, 0, 0, 0, 0, 0, 0, 0, 0], LIMIT],
    ["more than the limit", [11], 10],
    ["a middle length above the limit", [126, 4, 1], 1024],
    ["a long length above the limit", [127, 0, 0, 0, 0, 0, 1, 0, 1], 65_536],
    ["a length that loses digits", [127, 0, 0x20, 0, 0, 0, 0, 0, 0], Number.POSITIVE_INFINITY],
    ["the largest length", [255, 255, 255, 255, 255, 255, 255, 255, 255], Number.POSITIVE_INFINITY],
    ["anything when its limit is no number", [1], Number.NaN],
    ["an unknown type", [2, 0x39, 0x41], LIMIT],
    ["a text that is no UTF-8", [3, 0x34, 0xc3, 0x28], LIMIT],
    ["base64 that is none", [2, 0x62, 0x21], LIMIT],
  ])("refuses %s", (_name, bytes, limit) => {
    const { packets, failure } = feed([Uint8Array.from(bytes)], limit);
    expect(packets).toEqual([]);
    expect(failure).toBeInstanceOf(SyntaxError);
  });

  test("refuses a length before any byte of the payload has come", () => {
    expect(feed([Uint8Array.of(127, 0, 0, 0, 0, 0, 1)], 10).failure).toBeUndefined();
    expect(feed([Uint8Array.of(126, 0, 11)], 10).failure).toBeInstanceOf(SyntaxError);
  });

  test("takes exactly the limit", () => {
    expect(feed([HELLO_FRAME], 6)).toEqual({ packets: [HELLO], failure: undefined });
  });

  test("takes lengths that are longer than they have to be", () => {
    const middle = Uint8Array.of(126, 0, 6, ...encodeUtf8("4hello"));
    const long = Uint8Array.of(127, 0, 0, 0, 0, 0, 0, 0, 6, ...encodeUtf8("4hello"));
    expect(feed([middle, long]).packets).toEqual([HELLO, HELLO]);
  });

  test("hands out the packets in front of an illegal one", () => {
    const { packets, failure } = feed([concatBytes([HELLO_FRAME, HELLO_FRAME, Uint8Array.of(0), HELLO_FRAME])]);
    expect(packets).toEqual([HELLO, HELLO]);
    expect(failure).toBeInstanceOf(SyntaxError);
  });

  test("stays refusing after an illegal frame, whatever comes", () => {
    const decoder = createWebTransportDecoder(LIMIT);
    expect(() => [...decoder.add(Uint8Array.of(0))]).toThrow(SyntaxError);
    expect(() => [...decoder.add(HELLO_FRAME)]).toThrow(SyntaxError);
  });

  test("gives bytes that do not hold on to the chunk they came in", () => {
    const chunk = concatBytes([new Uint8Array([0x82, 1, 2]), HELLO_FRAME]);
    const [packet] = feed([chunk]).packets;
    expect(packet).toEqual({ type: "message", data: Uint8Array.of(1, 2) });
    chunk.fill(0);
    expect(packet).toEqual({ type: "message", data: Uint8Array.of(1, 2) });
  });

  test("gives the same bytes when the stream uses its buffer again", () => {
    const buffer = new Uint8Array(1);
    const decoder = createWebTransportDecoder(LIMIT);
    const packets: Packet[] = [];
    for (const byte of [0x83, 1, 2, 3]) {
      buffer[0] = byte;
      for (const packet of decoder.add(buffer)) packets.push(packet);
    }
    expect(packets).toEqual([{ type: "message", data: Uint8Array.of(1, 2, 3) }]);
  });
});

function lengthOf(target: unknown): number {
  return target instanceof Uint8Array ? target.length : 0;
}

/** The bytes that were copied into other arrays, and those of all arrays that were made, while `read` ran. */
function costOf(read: () => unknown): { copied: number; largest: number } {
  const copies = vi.spyOn(Uint8Array.prototype, "set");
  read();
  const copied = copies.mock.calls.reduce((sum, [source]) => sum + source.length, 0);
  const largest = Math.max(0, ...copies.mock.contexts.map((target) => lengthOf(target)));
  vi.restoreAllMocks();
  return { copied, largest };
}

describe("memory", () => {
  test("is set aside for what is there, not for what is announced", () => {
    const announced = Uint8Array.of(0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3);
    const decoder = createWebTransportDecoder(2 ** 32);
    expect(costOf(() => [...decoder.add(announced)])).toEqual({ copied: 3, largest: 1024 });
  });

  test("is never more than one packet may have", () => {
    const stream = encodeWebTransportFrame({ type: "message", data: new Uint8Array(3000) });
    expect(costOf(() => feed(byteByByte(stream), 3000)).largest).toBe(3000);
  });

  test("is copied a few times at most, however small the chunks", () => {
    const [small, large] = [20_000, 40_000].map((length) => {
      const stream = encodeWebTransportFrame({ type: "message", data: new Uint8Array(length) });
      return costOf(() => feed(byteByByte(stream))).copied;
    });
    expect(small).toBeLessThan(4 * 20_000);
    expect(large).toBeLessThan(4 * 40_000);
  });
});

const packet: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ type: fc.constantFrom(...PACKET_TYPES) }),
  fc.record({
    type: fc.constantFrom(...PACKET_TYPES),
    data: fc.string({ unit: "grapheme", minLength: 1, maxLength: 200 }),
  }),
  fc.record({ type: fc.constant("message" as const), data: fc.uint8Array({ minLength: 1, maxLength: 200 }) }),
);
const packets = fc.array(packet, { minLength: 1, maxLength: 6 });
const places = fc.array(fc.nat(2000), { maxLength: 10 });

describe("any chunking", () => {
  test("of a stream gives the packets that were sent", () => {
    fc.assert(
      fc.property(packets, places, (sent, cuts) => {
        const stream = concatBytes(sent.map(encodeWebTransportFrame));
        const expected = { packets: sent, failure: undefined };
        expect(feed([stream])).toEqual(expected);
        expect(feed(cut(stream, cuts))).toEqual(expected);
        expect(feed(byteByByte(stream))).toEqual(expected);
      }),
      SEED,
    );
  });

  test("of a damaged stream gives the same packets and the same refusal, which is a SyntaxError", () => {
    fc.assert(
      fc.property(packets, places, fc.nat(2000), fc.nat(255), (sent, cuts, place, byte) => {
        const stream = concatBytes(sent.map(encodeWebTransportFrame));
        stream[place % stream.length] = byte;
        const whole = feed([stream]);
        expect(whole.failure === undefined || whole.failure instanceof SyntaxError).toBe(true);
        expect(feed(cut(stream, cuts))).toEqual(whole);
        expect(feed(byteByByte(stream))).toEqual(whole);
      }),
      { ...SEED, numRuns: 300 },
    );
  });
});
