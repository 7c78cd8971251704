// Decoding looks at each part of its input a bounded number of times, counted in calls and in characters handed on.
import { afterEach, describe, expect, test, vi } from "vitest";
import { eio3 } from "./engine/eio3.ts";
import { eio4 } from "./engine/eio4.ts";
import { decodeJsonp } from "./engine/jsonp.ts";
import { createWebTransportDecoder } from "./engine/webtransport-frames.ts";
import { createJsonParser } from "./socket/json-codec.ts";
import { createMsgpackParser } from "./socket/msgpack-codec.ts";
import { encodeMsgpack } from "./socket/msgpack-encode.ts";
import type { Parser } from "./socket/parser.ts";
import { createTextParser } from "./socket/text-codec.ts";

/** Counts the characters and bytes that pass through the platform's own readers while `read` runs. */
function costOf(read: () => unknown): number {
  const looks = vi.spyOn(String.prototype, "charCodeAt");
  const slices = vi.spyOn(String.prototype, "slice");
  const views = vi.spyOn(Uint8Array.prototype, "subarray");
  const copies = vi.spyOn(Uint8Array.prototype, "set");
  const letters = vi.spyOn(String, "fromCharCode");
  const numbers = vi.spyOn(DataView.prototype, "getUint16");
  read();
  const sliced = slices.mock.results.reduce((sum, { value }) => sum + String(value).length, 0);
  const viewed = views.mock.results.reduce((sum, { value }) => sum + Number(Reflect.get(value, "length")), 0);
  const copied = copies.mock.calls.reduce((sum, [source]) => sum + source.length, 0);
  const looked = looks.mock.calls.length + letters.mock.calls.length + numbers.mock.calls.length;
  vi.restoreAllMocks();
  return sliced + viewed + copied + looked;
}

afterEach(() => {
  vi.restoreAllMocks();
});

function decodeFrames(
  revision: 4 | 5,
  frames: readonly unknown[],
  { Decoder }: Parser = createTextParser(revision),
): void {
  const decoder = new Decoder();
  for (const frame of frames) decoder.add(frame);
}

function readingPacked(data: readonly unknown[]): () => void {
  const frame = encodeMsgpack({ type: 3, nsp: "/", data });
  return () => decodeFrames(5, [frame], createMsgpackParser(5));
}

function readingStream(chunks: readonly Uint8Array[]): () => unknown {
  const decoder = createWebTransportDecoder(1_000_000);
  return () => chunks.flatMap((chunk) => [...decoder.add(chunk)]);
}

describe("the cost of decoding at most doubles with the size of", () => {
  test.each<[string, (count: number) => () => unknown]>([
    ["a revision 4 body of many packets", (n) => () => [...eio4.decodePayload(`4a${"\x1e4a".repeat(n)}`)]],
    ["a revision 4 body of one packet", (n) => () => [...eio4.decodePayload(`4${"a".repeat(n)}`)]],
    ["a revision 3 text body of many packets", (n) => () => [...eio3.decodePayload("2:4a".repeat(n))]],
    ["a revision 3 text body of empty elements", (n) => () => [...eio3.decodePayload("0:".repeat(n))]],
    ["a revision 3 text body of zeros", (n) => () => [...eio3.decodePayload(`${"0".repeat(n)}:`)]],
    [
      "a revision 3 binary body of many packets",
      (n) => () => [
        ...eio3.decodePayload(Uint8Array.from({ length: 5 * n }, (_, at) => [1, 2, 255, 4, 7][at % 5] ?? 0)),
      ],
    ],
    ["base64 bytes", (n) => () => eio4.decodePacket(`b${"AAAA".repeat(n)}`)],
    ["a long namespace", (n) => () => decodeFrames(5, [`0/${"a".repeat(n)}`])],
    ["an id with leading zeros", (n) => () => decodeFrames(5, [`2${"0".repeat(n)}["a"]`])],
    ["a count with leading zeros", (n) => () => decodeFrames(5, [`5${"0".repeat(n)}1-["a"]`])],
    ["a payload", (n) => () => decodeFrames(5, [`2["a","${"x".repeat(n)}"]`])],
    [
      "the data around an attachment",
      (n) => () => decodeFrames(4, [`51-["a"${',{"_placeholder":true,"num":0}'.repeat(n)}]`, Uint8Array.of(1)]),
    ],
    ["a JSONP form of many escapes", (n) => () => decodeJsonp(`d=${"%5Cn%5C%5Cn".repeat(n)}`)],
    ["a JSONP form of many fields", (n) => () => decodeJsonp(`${"a=1&".repeat(n)}d=4a`)],
    ["a JSONP form of backslashes", (n) => () => decodeJsonp(`d=${"\\".repeat(n)}n`)],
    [
      "a stream of many packets in one chunk",
      (n) => readingStream([new Uint8Array(2 * n).map((_, at) => [1, 0x32][at % 2] ?? 0)]),
    ],
    ["MessagePack of many texts", (n) => readingPacked(new Array(n).fill("ab"))],
    ["MessagePack of a long text", (n) => readingPacked(["x".repeat(n)])],
    ["MessagePack of many maps", (n) => readingPacked(new Array(n).fill({ a: 300 }))],
    ["MessagePack of many bytes", (n) => readingPacked(new Array(n).fill(Uint8Array.of(1, 2)))],
    [
      "a JSON packet",
      (n) => () => decodeFrames(5, [`{"type":3,"nsp":"/","data":["x"${',"x"'.repeat(n)}]}`], createJsonParser()),
    ],
  ])("%s", (_name, decoding) => {
    const small = costOf(decoding(1000));
    expect(small).toBeGreaterThan(0);
    expect(costOf(decoding(2000))).toBeLessThanOrEqual(2 * small + 10);
  });
});
