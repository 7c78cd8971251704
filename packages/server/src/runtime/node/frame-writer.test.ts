// Rules of the frames that a server writes, by the examples of RFC 6455, 5.7, and the boundaries of its lengths.
import { EncodedFrame, type Outgoing } from "@bowline/protocol/internal";
import { describe, expect, it } from "vitest";
import { FrameWriter } from "./frame-writer.ts";

function packet(...data: readonly (string | Uint8Array)[]): Outgoing {
  return { frames: data.map((one) => new EncodedFrame(one)), compress: true };
}

function headOf(data: string | Uint8Array): string {
  const bytes = new FrameWriter().write([packet(data)]);
  const payload = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
  return Buffer.from(bytes.subarray(0, bytes.byteLength - payload)).toString("hex");
}

describe("a frame", () => {
  it("is unmasked and whole", () => {
    expect(Buffer.from(new FrameWriter().write([packet("Hello")])).toString("hex")).toBe("810548656c6c6f");
    expect(Buffer.from(new FrameWriter().write([packet(Uint8Array.of(1, 2))])).toString("hex")).toBe("82020102");
  });

  it.each<[string | Uint8Array, string]>([
    ["", "8100"],
    [new Uint8Array(0), "8200"],
    ["x".repeat(125), "817d"],
    ["x".repeat(126), "817e007e"],
    [new Uint8Array(256), "827e0100"],
    [new Uint8Array(65_535), "827effff"],
    [new Uint8Array(65_536), "827f0000000000010000"],
  ])("has the shortest length that fits (case %#)", (data, head) => {
    expect(headOf(data)).toBe(head);
  });

  it("counts bytes, not characters; a lone surrogate is U+FFFD", () => {
    expect(Buffer.from(new FrameWriter().write([packet("€\ud800")])).toString("hex")).toBe("8106e282acefbfbd");
  });
});

describe("a batch", () => {
  it("is one buffer, with its messages in order", () => {
    const bytes = new FrameWriter().write([packet("a", Uint8Array.of(7)), packet("b")]);
    expect(Buffer.from(bytes).toString("hex")).toBe("810161" + "820107" + "810162");
  });

  it("may be empty", () => {
    expect(new FrameWriter().write([]).byteLength).toBe(0);
  });

  it("that many connections get is framed once, also where two kinds take turns", () => {
    const writer = new FrameWriter();
    const [one, other] = [packet("one"), packet("other")];
    const first = writer.write([one, other]);
    const second = writer.write([other]);
    expect(writer.write([one, other])).toBe(first);
    expect(writer.write([other])).toBe(second);
    // The packets may be wrapped anew for each connection: what counts are their frames.
    expect(writer.write([{ frames: [...one.frames, ...other.frames], compress: false }])).toBe(first);
  });

  it("is not kept beyond the turn in which it is written", async () => {
    const writer = new FrameWriter();
    const one = packet("one");
    const bytes = writer.write([one]);
    await Promise.resolve();
    const again = writer.write([one]);
    expect([again === bytes, Buffer.compare(again, bytes)]).toEqual([false, 0]);
  });

  it("is framed anew where it goes on otherwise than the one before", () => {
    const writer = new FrameWriter();
    const [one, other] = [packet("one"), packet("other")];
    writer.write([one]);
    expect(writer.write([one, other]).byteLength).toBe(12);
    expect(writer.write([other]).byteLength).toBe(7);
    expect(writer.write([one]).byteLength).toBe(5);
  });
});
