// Properties of both engine dialects, with seeded data.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeUtf8, encodeUtf8 } from "../shared/bytes.ts";
import { eio3 } from "./eio3.ts";
import { eio4 } from "./eio4.ts";
import { PACKET_TYPES, type Packet } from "./packet.ts";

const SEED = { seed: 3 + 4 };

// Empty data is absent data on the wire, and U+001E cannot travel in a body of revision 4.
const text = fc.string({ unit: "binary", minLength: 1, maxLength: 40 }).map((value) => value.replaceAll("\x1e", "?"));
const textPacket: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ type: fc.constantFrom(...PACKET_TYPES) }),
  fc.record({ type: fc.constantFrom(...PACKET_TYPES), data: text }),
);
const binaryPacket: fc.Arbitrary<Packet> = fc.record({
  type: fc.constant("message" as const),
  data: fc.uint8Array({ maxLength: 40 }),
});
const packets = fc.array(fc.oneof(textPacket, binaryPacket), { minLength: 1, maxLength: 8 });

/** The error of reading something to its end, if there is one. */
function failureOf(read: () => Iterable<unknown>): unknown {
  try {
    for (const _ of read());
    return undefined;
  } catch (error) {
    return error;
  }
}

function byteLengthOf(body: string | Uint8Array): number {
  return typeof body === "string" ? encodeUtf8(body).byteLength : body.byteLength;
}

describe.each([
  ["revision 3", eio3],
  ["revision 4", eio4],
])("%s", (_name, dialect) => {
  test("packets survive the wire with and without binary support", () => {
    fc.assert(
      fc.property(fc.oneof(textPacket, binaryPacket), fc.boolean(), (packet, supportsBinary) => {
        expect(dialect.decodePacket(dialect.encodePacket(packet, supportsBinary))).toEqual(packet);
      }),
      SEED,
    );
  });

  test("bodies survive the wire with and without binary support", () => {
    fc.assert(
      fc.property(packets, fc.boolean(), (list, supportsBinary) => {
        expect([...dialect.decodePayload(dialect.encodePayload(list, supportsBinary))]).toEqual(list);
      }),
      SEED,
    );
  });

  test("joining frames gives what encoding the packets gives", () => {
    fc.assert(
      fc.property(packets, fc.boolean(), fc.boolean(), (list, base64, binary) => {
        const frames = list.map((packet) => dialect.frame(packet, base64));
        expect([...dialect.decodePayload(dialect.joinPayload(frames, binary))]).toEqual(list);
      }),
      SEED,
    );
  });

  test("a body is never larger than its elements were counted", () => {
    fc.assert(
      fc.property(packets, fc.boolean(), fc.boolean(), (list, base64, binary) => {
        const frames = list.map((packet) => dialect.frame(packet, base64));
        const counted = frames.reduce((sum, frame) => sum + dialect.elementBytes(frame), 0);
        expect(byteLengthOf(dialect.joinPayload(frames, binary))).toBeLessThanOrEqual(counted);
      }),
      SEED,
    );
  });

  test("any text and any bytes are packets or a SyntaxError", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.uint8Array({ maxLength: 60 })), (wire) => {
        expect(failureOf(() => [dialect.decodePacket(wire)]) ?? new SyntaxError()).toBeInstanceOf(SyntaxError);
        expect(failureOf(() => dialect.decodePayload(wire)) ?? new SyntaxError()).toBeInstanceOf(SyntaxError);
      }),
      { ...SEED, numRuns: 500 },
    );
  });

  test("a body with any byte changed is packets or a SyntaxError", () => {
    fc.assert(
      fc.property(packets, fc.boolean(), fc.nat(), fc.nat(255), (list, supportsBinary, at, byte) => {
        const body = dialect.encodePayload(list, supportsBinary);
        const bytes = Uint8Array.from(typeof body === "string" ? encodeUtf8(body) : body);
        bytes[at % bytes.length] = byte;
        const changed = typeof body === "string" ? decodeUtf8(bytes) : bytes;
        expect(failureOf(() => dialect.decodePayload(changed)) ?? new SyntaxError()).toBeInstanceOf(SyntaxError);
      }),
      { ...SEED, numRuns: 500 },
    );
  });

  test("a body delivers no more packets than it has bytes, however it is cut off", () => {
    fc.assert(
      fc.property(packets, fc.boolean(), fc.nat(), (list, supportsBinary, cut) => {
        const body = dialect.encodePayload(list, supportsBinary);
        const part = body.slice(0, cut % body.length);
        let delivered = 0;
        const failure = failureOf(function* () {
          for (const packet of dialect.decodePayload(part)) {
            delivered++;
            yield packet;
          }
        });
        expect(failure ?? new SyntaxError()).toBeInstanceOf(SyntaxError);
        expect(delivered).toBeLessThanOrEqual(list.length);
      }),
      SEED,
    );
  });
});
