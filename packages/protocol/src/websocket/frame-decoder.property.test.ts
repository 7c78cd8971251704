// However a stream is cut into chunks, the same comes out of it; whatever the bytes are, nothing is thrown.
import fc from "fast-check";
import { describe, it } from "vitest";
import { frame } from "../../test-support/frames.ts";
import { concatBytes, decodeUtf8 } from "../shared/bytes.ts";
import { FrameDecoder } from "./frame-decoder.ts";

const LIMIT = 400;
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function read(stream: Uint8Array, cuts: readonly number[]): string {
  const told: string[] = [];
  const decoder = new FrameDecoder({
    reader: "server",
    maxMessageBytes: LIMIT,
    bytes: {
      allocate: (count) => new Uint8Array(count),
      ascii: (bytes, from, to) => decodeUtf8(bytes.subarray(from, to)),
      utf8(bytes, from, to) {
        try {
          return strict.decode(bytes.subarray(from, to));
        } catch {
          return undefined;
        }
      },
    },
  });
  const tell = (kind: string) => (what: unknown) => told.push(`${kind} ${JSON.stringify(what)}`);
  const edges = [...new Set([0, ...cuts.map((cut) => cut % (stream.length + 1)), stream.length])].sort((a, b) => a - b);
  for (const [index, from] of edges.entries()) {
    decoder.add(new Uint8Array(stream.subarray(from, edges[index + 1] ?? from)), {
      text: tell("text"),
      binary: tell("binary"),
      ping: tell("ping"),
      pong: tell("pong"),
      closeFrame: tell("close"),
      failed: tell("failed"),
    });
  }
  return told.join("\n");
}

const key = fc.oneof(fc.constant(null), fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }));
const payload = fc.oneof(fc.string({ unit: "grapheme", maxLength: 60 }), fc.uint8Array({ maxLength: 150 }));
const opcode = fc.constantFrom(0, 0, 1, 1, 1, 2, 2, 8, 9, 10, 3);
const anyFrame = fc
  .tuple(opcode, payload, fc.boolean(), key, fc.constantFrom<0 | 2 | 8>(2, 8))
  .map(([kind, content, isFinal, maskingKey, lengthBytes]) =>
    frame(kind, content, { isFinal: isFinal || kind > 7, key: maskingKey, ...(kind <= 2 && { lengthBytes }) }),
  );
const goodFrame = fc
  .tuple(fc.constantFrom(1, 2, 9, 10), fc.string({ unit: "grapheme", maxLength: 25 }))
  .map(([kind, content]) => frame(kind, content));

describe("a stream of frames", () => {
  const cuts = fc.array(fc.nat(), { maxLength: 40 });

  it.each([
    ["good frames", fc.array(goodFrame, { maxLength: 12 })],
    ["frames of all kinds", fc.array(anyFrame, { maxLength: 12 })],
    ["any bytes at all", fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 })],
  ])("of %s gives the same however it is cut", (_, frames) => {
    fc.assert(
      fc.property(frames, cuts, (parts, places) => {
        const stream = concatBytes(parts);
        const every = Array.from(stream, (_byte, at) => at);
        const whole = read(stream, []);
        return read(stream, places) === whole && read(stream, every) === whole;
      }),
      { seed: 6455, numRuns: 400 },
    );
  });
});
