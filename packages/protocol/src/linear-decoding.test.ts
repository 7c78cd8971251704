// Decoding looks at each part of its input a bounded number of times, counted in calls and in characters handed on.
import { afterEach, describe, expect, test, vi } from "vitest";
import { eio3 } from "./engine/eio3.ts";
import { eio4 } from "./engine/eio4.ts";
import { createTextParser } from "./socket/text-codec.ts";

/** Counts the characters and bytes that pass through the platform's own readers while `read` runs. */
function costOf(read: () => unknown): number {
  const looks = vi.spyOn(String.prototype, "charCodeAt");
  const slices = vi.spyOn(String.prototype, "slice");
  const views = vi.spyOn(Uint8Array.prototype, "subarray");
  read();
  const sliced = slices.mock.results.reduce((sum, { value }) => sum + String(value).length, 0);
  const viewed = views.mock.results.reduce((sum, { value }) => sum + Number(Reflect.get(value, "length")), 0);
  const looked = looks.mock.calls.length;
  vi.restoreAllMocks();
  return sliced + viewed + looked;
}

afterEach(() => {
  vi.restoreAllMocks();
});

function decodeFrames(revision: 4 | 5, frames: readonly unknown[]): void {
  const { Decoder } = createTextParser(revision);
  const decoder = new Decoder();
  for (const frame of frames) decoder.add(frame);
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
  ])("%s", (_name, decoding) => {
    const small = costOf(decoding(1000));
    expect(small).toBeGreaterThan(0);
    expect(costOf(decoding(2000))).toBeLessThanOrEqual(2 * small + 10);
  });
});
