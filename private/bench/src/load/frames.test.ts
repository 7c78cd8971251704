import { describe, expect, test } from "vitest";
import { BINARY, CLOSE, clientFrame, readFrames, serverFrame, TEXT } from "./frames.ts";

/** Every frame as "opcode:payload", and where reading stopped. */
function read(bytes: Buffer): { frames: readonly string[]; stoppedAt: number } {
  const frames: string[] = [];
  const stoppedAt = readFrames(bytes, 0, bytes.length, {
    frame: (opcode, within, start, end) => frames.push(`${opcode}:${within.toString("utf8", start, end)}`),
  });
  return { frames, stoppedAt };
}

describe("clientFrame", () => {
  test("masks the payload with the key in its head", () => {
    expect([...clientFrame(TEXT, "40")]).toEqual([0x81, 0x82, 0x12, 0x34, 0x56, 0x78, 0x34 ^ 0x12, 0x30 ^ 0x34]);
  });

  test("an empty payload is a head and a key", () => {
    expect([...clientFrame(CLOSE, "")]).toEqual([0x88, 0x80, 0x12, 0x34, 0x56, 0x78]);
  });

  test("from 126 bytes on the length takes two bytes more", () => {
    expect([...clientFrame(TEXT, "x".repeat(300)).subarray(0, 4)]).toEqual([0x81, 0xfe, 0x01, 0x2c]);
  });

  test("from 65,536 bytes on the length takes eight bytes more", () => {
    const frame = clientFrame(BINARY, new Uint8Array(65_536));
    expect([...frame.subarray(0, 10)]).toEqual([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 0]);
  });

  test("refuses 16 MB, which no scenario sends", () => {
    expect(() => clientFrame(BINARY, new Uint8Array(0x100_0000))).toThrow(RangeError);
  });
});

describe("serverFrame", () => {
  test("is a head and the payload as it is", () => {
    expect([...serverFrame(TEXT, "40")]).toEqual([0x81, 0x02, 0x34, 0x30]);
  });

  test("from 126 bytes on the length takes two bytes more", () => {
    expect([...serverFrame(TEXT, "x".repeat(300)).subarray(0, 4)]).toEqual([0x81, 126, 0x01, 0x2c]);
  });
});

describe("readFrames", () => {
  test("hands over all frames of a chunk in order", () => {
    expect(read(Buffer.concat([serverFrame(TEXT, "2"), serverFrame(TEXT, "431[]")]))).toEqual({
      frames: ["1:2", "1:431[]"],
      stoppedAt: 10,
    });
  });

  test("stops before a frame whose payload is cut", () => {
    expect(read(Buffer.concat([serverFrame(TEXT, "2"), serverFrame(TEXT, "431[]").subarray(0, 4)]))).toEqual({
      frames: ["1:2"],
      stoppedAt: 3,
    });
  });

  test("stops before a frame whose head is cut", () => {
    expect(read(Buffer.from([0x81, 126, 1]))).toEqual({ frames: [], stoppedAt: 0 });
  });

  test("reads lengths of 16 and of 64 bits", () => {
    const medium = Buffer.concat([Buffer.from([0x81, 126, 0x01, 0x2c]), Buffer.alloc(300, 0x78)]);
    const long = Buffer.concat([Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]), Buffer.alloc(70_000, 0x79)]);
    expect(read(Buffer.concat([medium, long])).frames).toEqual([`1:${"x".repeat(300)}`, `1:${"y".repeat(70_000)}`]);
  });
});
