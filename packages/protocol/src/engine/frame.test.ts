// Rules of a frame: what is encoded once is counted in the bytes that the wire will hold.
import { describe, expect, it } from "vitest";
import { EncodedFrame } from "./frame.ts";

describe("a frame", () => {
  it("counts a text in bytes of UTF-8", () => {
    expect(new EncodedFrame("4naïve €😀").byteLength).toBe(1 + 6 + 1 + 3 + 4);
  });

  it("counts bytes as they are", () => {
    expect(new EncodedFrame(Uint8Array.of(1, 2, 3)).byteLength).toBe(3);
  });

  it("answers the same when it is asked again", () => {
    const frame = new EncodedFrame("4ü");
    expect([frame.byteLength, frame.byteLength]).toEqual([3, 3]);
  });

  it("knows that an empty text has no bytes", () => {
    expect(new EncodedFrame("").byteLength).toBe(0);
  });

  it("keeps what it was given", () => {
    expect(new EncodedFrame("4a").data).toBe("4a");
  });
});
