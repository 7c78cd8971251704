// Properties of MessagePack and of its parsers, with seeded data.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMsgpackParser } from "./msgpack-codec.ts";
import { decodeMsgpack } from "./msgpack-decode.ts";
import { encodeMsgpack } from "./msgpack-encode.ts";
import { RESERVED_EVENTS, type SocketPacket } from "./packet.ts";

const SEED = { seed: 48 };

/** Numbers that fit into a form of their own: whole ones of more than 64 bits do not, and 0 has no sign. */
const number = fc
  .oneof(fc.double(), fc.integer(), fc.maxSafeInteger(), fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 63, -(2 ** 63)))
  .filter((value) => !Number.isInteger(value) || Math.abs(value) < 2 ** 64)
  .map((value) => (value === 0 ? 0 : value))
  .filter((value) => !(Number.isInteger(value) && value < -(2 ** 63)));
const key = fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("__proto__", "constructor", "toString"));
const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme", minLength: 30, maxLength: 300 }));

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    number,
    text,
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => bytes.slice().buffer),
    fc.array(tie("value"), { maxLength: 20 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 20 }).map(Object.fromEntries),
  ),
})).value;

const namespace = fc.constantFrom("/", "/admin", "/é😀", "/a,b");
const packet: fc.Arbitrary<SocketPacket> = fc.oneof(
  fc
    .tuple(namespace, text, fc.array(value), fc.maxSafeNat())
    .filter(([, name]) => !RESERVED_EVENTS.has(name))
    .map(([nsp, name, args, id]): SocketPacket => ({ type: 2, nsp, id, data: [name, ...args] })),
  fc.tuple(namespace, fc.array(value)).map(([nsp, data]): SocketPacket => ({ type: 3, nsp, id: 1, data })),
  fc.tuple(namespace, text).map(([nsp, data]): SocketPacket => ({ type: 4, nsp, data })),
  fc.tuple(namespace, text).map(([nsp, token]): SocketPacket => ({ type: 0, nsp, data: { token } })),
);

/** What comes out of reading: a value, or the error that stands in its place. */
function outcomeOf(read: () => unknown): unknown {
  try {
    read();
    return undefined;
  } catch (error) {
    return error;
  }
}

function isRefusalOrNothing(outcome: unknown): boolean {
  return outcome === undefined || outcome instanceof SyntaxError;
}

test("values survive", () => {
  fc.assert(
    fc.property(value, (original) => {
      expect(decodeMsgpack(encodeMsgpack(original))).toEqual(original);
    }),
    { ...SEED, numRuns: 500 },
  );
});

test("what was read is written as the same bytes", () => {
  fc.assert(
    fc.property(value, (original) => {
      const bytes = encodeMsgpack(original);
      expect(encodeMsgpack(decodeMsgpack(bytes))).toEqual(bytes);
    }),
    SEED,
  );
});

test("reading throws nothing but SyntaxErrors, whatever the bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(isRefusalOrNothing(outcomeOf(() => decodeMsgpack(bytes)))).toBe(true);
    }),
    { ...SEED, numRuns: 2000 },
  );
});

test("reading throws nothing but SyntaxErrors when a valid value is damaged", () => {
  fc.assert(
    fc.property(value, fc.nat(10_000), fc.nat(255), (original, place, byte) => {
      const bytes = encodeMsgpack(original).slice();
      bytes[place % bytes.length] = byte;
      expect(isRefusalOrNothing(outcomeOf(() => decodeMsgpack(bytes)))).toBe(true);
    }),
    { ...SEED, numRuns: 1000 },
  );
});

describe.each([4, 5] as const)("revision %i", (revision) => {
  const { Encoder, Decoder } = createMsgpackParser(revision);

  function decode(frames: readonly unknown[]): SocketPacket[] {
    const decoder = new Decoder();
    const packets: SocketPacket[] = [];
    decoder.on("decoded", (decoded) => packets.push(decoded));
    for (const frame of frames) decoder.add(frame);
    return packets;
  }

  test("packets survive in order", () => {
    fc.assert(
      fc.property(fc.array(packet), (packets) => {
        const frames = packets.flatMap((original) => new Encoder().encode(original));
        expect(decode(frames)).toEqual(packets);
      }),
      SEED,
    );
  });

  test("damaged packets are refused with a SyntaxError or are packets", () => {
    fc.assert(
      fc.property(packet, fc.nat(10_000), fc.nat(255), (original, place, byte) => {
        const damaged = Buffer.from(new Encoder().encode(original)[0] ?? "");
        damaged[place % damaged.length] = byte;
        expect(isRefusalOrNothing(outcomeOf(() => decode([damaged])))).toBe(true);
        expect(isRefusalOrNothing(outcomeOf(() => decode([damaged.toString()])))).toBe(true);
      }),
      { ...SEED, numRuns: 500 },
    );
  });
});
