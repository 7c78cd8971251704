// Rules of frames: what is written is read as it was; what is cut off, too long or of an unknown kind is refused, and nothing
// else is thrown, whatever the bytes are.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesAt, decodeFrames, encodeFrame, type Field, Kind, numberAt, textAt, wholeFramesLength } from "./frame.ts";

const frame = encodeFrame(Kind.PUT, "key", Uint8Array.of(1, 2), 3);

/** Reads, and says what came of it. */
function read(bytes: Uint8Array): string {
  try {
    return [...decodeFrames(bytes)].map(({ kind }) => kind).join();
  } catch (error) {
    return error instanceof SyntaxError ? error.message : `not a SyntaxError: ${String(error)}`;
  }
}

describe("a frame", () => {
  it("is read as it was written, with all its fields", () => {
    const field = fc.oneof(
      fc.constantFrom("", "key", "é\u0000🙂"),
      fc.double({ noNaN: true }),
      fc.uint8Array({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 5 }), (fields: Field[]) => {
        expect([...decodeFrames(encodeFrame(Kind.PUBLISH, ...fields))]).toEqual([{ kind: Kind.PUBLISH, fields }]);
      }),
      { seed: 31, numRuns: 50 },
    );
  });

  it("is refused wherever it is cut off", () => {
    const ends = Array.from(frame.subarray(1), (_, at) => frame.subarray(0, at + 1));
    expect(new Set(ends.map(read))).toEqual(new Set(["Cannot read what came over the link: a frame is cut off"]));
  });

  it("is refused when a field goes beyond its end", () => {
    const wrong = [
      [0, 0, 0, 3, Kind.JOIN, 0, 1],
      [0, 0, 0, 6, Kind.JOIN, 0, 1, 1, 1, 1],
      [0, 0, 0, 7, Kind.JOIN, 1, 0, 0, 0, 9, 65],
      [0, 0, 0, 0, 0],
    ];
    expect(new Set(wrong.map((bytes) => read(Uint8Array.from(bytes))))).toEqual(
      new Set(["Cannot read what came over the link: a frame is cut off"]),
    );
  });

  it("is refused when a field is of an unknown kind", () => {
    expect(read(Uint8Array.of(0, 0, 0, 6, Kind.JOIN, 7, 0, 0, 0, 0))).toContain("a field of the unknown kind 7");
  });

  it("throws nothing but SyntaxErrors, whatever the bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(read(bytes)).not.toContain("not a SyntaxError");
      }),
      { seed: 31, numRuns: 50 },
    );
  });

  it("has its fields asked for by what they are", () => {
    const [first] = [...decodeFrames(frame)];
    const read = first ?? { kind: 0, fields: [] };
    expect([textAt(read, 0), bytesAt(read, 1), numberAt(read, 2)]).toEqual(["key", Uint8Array.of(1, 2), 3]);
    expect(() => textAt(read, 2)).toThrow("field 2 of a frame of kind 11");
    expect(() => bytesAt(read, 0)).toThrow("field 0 of a frame of kind 11");
    expect(() => numberAt(read, 1)).toThrow("field 1 of a frame of kind 11");
    expect(() => numberAt({ kind: 11, fields: [Number.NaN] }, 0)).toThrow("field 0 of a frame of kind 11");
  });
});

describe("a stream of frames", () => {
  it("is cut behind the last whole one", () => {
    const both = Uint8Array.from([...frame, ...frame]);
    const cuts = [0, 3, frame.length - 1, frame.length, frame.length + 5, both.length];
    expect(cuts.map((at) => wholeFramesLength(both.subarray(0, at), 1000))).toEqual([
      0,
      0,
      0,
      frame.length,
      frame.length,
      both.length,
    ]);
  });

  it("ends with a frame that says that it is longer than any may be", () => {
    expect(() => wholeFramesLength(Uint8Array.of(0, 0, 4, 0), 1000)).toThrow("a frame of 1024 bytes, 1000 is the most");
  });
});
