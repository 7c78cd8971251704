// Properties of the default parsers, with seeded data.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markBinary } from "./binary.ts";
import { RESERVED_EVENTS, type SocketPacket } from "./packet.ts";
import { createTextParser } from "./text-codec.ts";

const SEED = { seed: 45 };
const LIMIT = 10;

const namespace = fc.constantFrom("/", "/admin", "/a/b c", "/51-", "/[x]", "/é😀");
const id = fc.option(fc.nat(Number.MAX_SAFE_INTEGER), { nil: undefined });
const bytes = fc.uint8Array({ maxLength: 20 });
const name = fc.string({ unit: "binary" }).filter((text) => !RESERVED_EVENTS.has(text));

// JSON has no way to write -0, so the data has been through JSON once.
const plainData = fc.json({ depthSize: "small" }).map((text): unknown => JSON.parse(text));

/** JSON data with at most LIMIT binary values in it, and no key that would make it a placeholder. */
const args = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: plainData },
    { weight: 1, arbitrary: bytes },
    { weight: 1, arbitrary: fc.record({ file: bytes, "": fc.string() }) },
    { weight: 1, arbitrary: fc.tuple(fc.integer(), fc.tuple(bytes)) },
  ),
  { maxLength: LIMIT },
);

function withId(packet: SocketPacket, given: number | undefined): SocketPacket {
  return given === undefined ? packet : { ...packet, id: given };
}

const packet: fc.Arbitrary<SocketPacket> = fc.oneof(
  fc
    .tuple(namespace, id, name, args)
    .map(([nsp, given, event, rest]) => withId({ type: 2, nsp, data: [event, ...rest] }, given)),
  fc.tuple(namespace, id, args).map(([nsp, given, data]) => withId({ type: 3, nsp, data }, given)),
  namespace.map((nsp): SocketPacket => ({ type: 0, nsp })),
  namespace.map((nsp): SocketPacket => ({ type: 1, nsp })),
  fc.tuple(namespace, fc.string()).map(([nsp, token]): SocketPacket => ({ type: 0, nsp, data: { token } })),
  fc.tuple(namespace, fc.string()).map(([nsp, data]): SocketPacket => ({ type: 4, nsp, data })),
);

/** Revision 5 takes packets as they are. */
function asTheyAre(value: SocketPacket): SocketPacket {
  return value;
}

/** Feeds frames until one is refused. */
function feed(revision: 4 | 5, frames: readonly unknown[]): { packets: SocketPacket[]; failure: unknown } {
  const { Decoder } = createTextParser(revision);
  const decoder = new Decoder({ maxAttachments: LIMIT });
  const packets: SocketPacket[] = [];
  decoder.on("decoded", (decoded) => packets.push(decoded));
  try {
    for (const frame of frames) decoder.add(frame);
    return { packets, failure: undefined };
  } catch (failure) {
    return { packets, failure };
  }
}

describe.each([4, 5] as const)("revision %i", (revision) => {
  const { Encoder } = createTextParser(revision);
  const prepare = { 4: markBinary, 5: asTheyAre }[revision];

  test("packets survive the wire, with their bytes", () => {
    fc.assert(
      fc.property(packet, (original) => {
        const prepared = prepare(original);
        const frames = new Encoder().encode(prepared);
        expect(feed(revision, frames)).toEqual({ packets: [prepared], failure: undefined });
      }),
      { ...SEED, numRuns: 300 },
    );
  });

  test("packets one after the other survive in order", () => {
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 5 }), (originals) => {
        const prepared = originals.map(prepare);
        const frames = prepared.flatMap((one) => new Encoder().encode(one));
        expect(feed(revision, frames)).toEqual({ packets: prepared, failure: undefined });
      }),
      SEED,
    );
  });

  test("encoding changes nothing in the data", () => {
    fc.assert(
      fc.property(packet, (original) => {
        const before = structuredClone(original);
        new Encoder().encode(prepare(original));
        expect(original).toEqual(before);
      }),
      SEED,
    );
  });

  test("any frames are packets or a SyntaxError", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: fc.constantFrom(...'0123456-/,[]{}"a:_ ') }),
      fc.tuple(fc.constantFrom("2", "3", "0", "4", "51-", "62-7"), fc.json()).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(text, bytes, fc.anything()), { maxLength: 6 }), (frames) => {
        expect(feed(revision, frames).failure ?? new SyntaxError()).toBeInstanceOf(SyntaxError);
      }),
      { ...SEED, numRuns: 500 },
    );
  });

  test("a packet with any character changed is a packet or a SyntaxError", () => {
    fc.assert(
      fc.property(packet, fc.nat(), fc.string({ unit: "binary", maxLength: 2 }), (original, at, inserted) => {
        const [text, ...attachments] = new Encoder().encode(prepare(original));
        const whole = String(text);
        const cut = at % whole.length;
        const changed = whole.slice(0, cut) + inserted + whole.slice(cut + 1);
        expect(feed(revision, [changed, ...attachments]).failure ?? new SyntaxError()).toBeInstanceOf(SyntaxError);
      }),
      { ...SEED, numRuns: 500 },
    );
  });

  test("a decoder never waits for more attachments than its limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 * LIMIT }), (announced) => {
        const flood = Array.from({ length: LIMIT }, () => Uint8Array.of(1));
        const { packets, failure } = feed(revision, [`5${announced}-["e"]`, ...flood, Uint8Array.of(1)]);
        // Either the announcement or the first frame too many is refused, whatever was announced.
        expect(failure).toBeInstanceOf(SyntaxError);
        expect(packets).toHaveLength(announced >= 1 && announced <= LIMIT ? 1 : 0);
      }),
      SEED,
    );
  });
});
