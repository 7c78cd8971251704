// Our parsers for MessagePack and JSON against the official ones, with seeded packets: the same bytes for the same packet,
// and the same packet from the same bytes.
// Place: **tests** -> official parsers

import { hasBinary, type Parser, RESERVED_EVENTS, type SocketFrame, type SocketPacket } from "@bowline/protocol";
import { encodeFrames, wantsBinaryTypes } from "@bowline/protocol/internal";
import { createJsonParser } from "@bowline/protocol/json";
import { createMsgpackParser } from "@bowline/protocol/msgpack";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { requireOfficial } from "../../src/peers/load-package.ts";
import { isConstructor, isObject } from "../../src/peers/raw-surface.ts";

const RUNS = { seed: 2026, numRuns: 500 };

const PARSERS: readonly (readonly [name: string, official: string, ours: Parser])[] = [
  ["MessagePack of 3.x and 4.x", "socket.io-msgpack-parser-v3", createMsgpackParser(5)],
  ["MessagePack of 2.x", "socket.io-msgpack-parser-v2", createMsgpackParser(4)],
  ["JSON", "socket.io-json-parser-v3", createJsonParser()],
];

function isParser(loaded: unknown): loaded is Omit<Parser, "protocol"> {
  return isObject(loaded) && isConstructor(loaded["Encoder"]) && isConstructor(loaded["Decoder"]);
}

function officialParser(name: string, { protocol }: Parser): Parser {
  const loaded = requireOfficial(name);
  if (!isParser(loaded)) throw new Error(`Cannot use "${name}": it has no Encoder and no Decoder`);
  return { protocol, Encoder: loaded.Encoder, Decoder: loaded.Decoder };
}

function encode(parser: Parser, packet: SocketPacket): (string | Buffer)[] {
  const encoder = new parser.Encoder();
  const frames = encodeFrames(encoder, packet, wantsBinaryTypes(parser, encoder));
  return frames.map((frame) => (typeof frame === "string" ? frame : Buffer.from(frame)));
}

function decode(parser: Parser, frames: readonly SocketFrame[]): SocketPacket[] {
  const decoder = new parser.Decoder();
  const packets: SocketPacket[] = [];
  decoder.on("decoded", (packet) => packets.push(packet));
  for (const frame of frames) decoder.add(frame);
  return packets;
}

// Left out is what the official codecs garble: texts that are no Unicode, the key __proto__, and views that are no Buffers.
const text = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme", minLength: 25, maxLength: 300 }));
const bytes = fc.uint8Array({ maxLength: 300 }).map((values) => Buffer.from(values));
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(
      fc.double(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.constantFrom(2 ** 31, 2 ** 63, -(2 ** 63), 1e21, -1e21),
    ),
    text,
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.date({ noInvalidDate: true }),
    bytes,
    bytes.map((buffer) => Uint8Array.from(buffer).buffer),
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(
      text.filter((key) => key !== "__proto__"),
      tie("value"),
      { maxKeys: 20 },
    ),
  ),
})).value;

const namespace = fc.constantFrom("/", "/admin", "/é😀");
/** Events, acks and farewells, which all revisions write alike. */
const common: fc.Arbitrary<SocketPacket> = fc.oneof(
  fc
    .tuple(namespace, text, fc.array(value), fc.maxSafeNat())
    .filter(([, name]) => !RESERVED_EVENTS.has(name))
    .map(([nsp, name, args, id]): SocketPacket => ({ type: 2, data: [name, ...args], id, nsp })),
  fc.tuple(namespace, fc.array(value)).map(([nsp, data]): SocketPacket => ({ id: 1, type: 3, data, nsp })),
  namespace.map((nsp): SocketPacket => ({ type: 1, nsp })),
);

/** All packets of a revision: in revision 4 a CONNECT has no data, and a refusal is a text. */
const PACKETS: Readonly<Record<number, fc.Arbitrary<SocketPacket>>> = {
  4: fc.oneof(
    { weight: 3, arbitrary: common },
    namespace.map((nsp): SocketPacket => ({ type: 0, nsp })),
    fc.tuple(namespace, text).map(([nsp, data]): SocketPacket => ({ type: 4, data, nsp })),
  ),
  5: fc.oneof(
    { weight: 3, arbitrary: common },
    fc.tuple(namespace, text).map(([nsp, token]): SocketPacket => ({ type: 0, data: { token }, nsp })),
    fc.tuple(namespace, text).map(([nsp, message]): SocketPacket => ({ type: 4, data: { message }, nsp })),
  ),
};

describe.each(PARSERS)("%s", (_name, officialName, ours) => {
  const official = officialParser(officialName, ours);
  const packet = PACKETS[ours.protocol] ?? common;

  test("is written as the official parser writes it, byte for byte", () => {
    fc.assert(
      fc.property(packet, (original) => {
        expect(encode(ours, original)).toEqual(encode(official, original));
      }),
      RUNS,
    );
  });

  test("is read as the official parser reads it", () => {
    fc.assert(
      fc.property(packet, (original) => {
        const frames = encode(official, original);
        expect(decode(ours, frames)).toEqual(decode(official, frames));
      }),
      RUNS,
    );
  });

  test("has been tried with binary values", () => {
    expect(fc.sample(packet, RUNS).filter(({ data }) => hasBinary(data)).length).toBeGreaterThan(50);
  });
});
