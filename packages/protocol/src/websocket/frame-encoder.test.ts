// Rules of what a server writes around its messages, by RFC 6455, 5.2 and 5.5.
import { describe, expect, it } from "vitest";
import { encodeCloseFrame, encodeControlFrame, frameHeaderBytes, writeFrameHeader } from "./frame-encoder.ts";
import { PONG } from "./opcodes.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("the header of a message", () => {
  it.each([
    [0, "8100"],
    [125, "817d"],
    [126, "817e007e"],
    [256, "817e0100"],
    [65_535, "817effff"],
    [65_536, "817f0000000000010000"],
    [2 ** 53 - 1, "817f001fffffffffffff"],
  ])("has the shortest length that fits %i bytes, and no mask", (payload, header) => {
    const target = new Uint8Array(3 + frameHeaderBytes(payload));
    expect([writeFrameHeader(target, 3, true, payload), hex(target.subarray(3))]).toEqual([target.length, header]);
  });

  it("tells bytes from text", () => {
    const target = new Uint8Array(2);
    writeFrameHeader(target, 0, false, 1);
    expect(hex(target)).toBe("8201");
  });
});

describe("a control frame", () => {
  it("echoes a ping", () => {
    expect(hex(encodeControlFrame(PONG, Uint8Array.of(1, 2)))).toBe("8a020102");
  });

  it.each([
    [1005, undefined, "8800"],
    [1005, "lost", "8800"],
    [1000, undefined, "880203e8"],
    [4999, "é", "88041387c3a9"],
  ])("that closes with %i and %s", (code, reason, bytes) => {
    expect(hex(encodeCloseFrame(code, reason))).toBe(bytes);
  });
});
