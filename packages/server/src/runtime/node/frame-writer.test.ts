// Rules of the frames that a server writes, by the examples of RFC 6455, 5.7, and the boundaries of its lengths.
import { EncodedFrame, type Outgoing } from "@bowline/protocol/internal";
import { describe, expect, it } from "vitest";
import { FrameWriter } from "./frame-writer.ts";

function packet(...data: readonly (string | Uint8Array)[]): Outgoing {
  return { frames: data.map((one) => new EncodedFrame(one)), compress: true };
}

function written(batch: readonly Outgoing[], writer: FrameWriter = new FrameWriter()): Buffer {
  return Buffer.concat(writer.write(batch));
}

function headOf(data: string | Uint8Array): string {
  const bytes = written([packet(data)]);
  const payload = typeof data === "string" ? Buffer.byteLength(data) : data.byteLength;
  return Buffer.from(bytes.subarray(0, bytes.byteLength - payload)).toString("hex");
}

describe("a frame", () => {
  it("is unmasked and whole", () => {
    expect(written([packet("Hello")]).toString("hex")).toBe("810548656c6c6f");
    expect(written([packet(Uint8Array.of(1, 2))]).toString("hex")).toBe("82020102");
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
    expect(written([packet("€\ud800")]).toString("hex")).toBe("8106e282acefbfbd");
  });
});

describe("a batch", () => {
  it("is one buffer, with its messages in order", () => {
    const pieces = new FrameWriter().write([packet("a", Uint8Array.of(7)), packet("b")]);
    expect(pieces.map((piece) => Buffer.from(piece).toString("hex")).join(" ")).toBe("810161" + "820107" + "810162");
  });

  it("leaves large messages of bytes where they are, in their order", () => {
    const [first, second] = [Buffer.alloc(20_000, 1), Buffer.alloc(70_000, 2)];
    const batches = [
      [packet(first)],
      [packet("a", first, second), packet("b")],
      [packet("a"), packet(Uint8Array.of(7), second)],
    ];
    const framed = batches.map((batch) => new FrameWriter().write(batch));
    expect(framed.map((pieces) => pieces.filter((piece) => piece === first || piece === second))).toEqual([
      [first],
      [first, second],
      [second],
    ]);
    const one = Buffer.concat([Buffer.from("827e4e20", "hex"), first]);
    const other = Buffer.concat([Buffer.from("827f0000000000011170", "hex"), second]);
    expect(framed.map((pieces) => Buffer.concat(pieces).toString("base64"))).toEqual(
      [
        [one],
        [Buffer.from("\x81\x01a", "latin1"), one, other, Buffer.from("\x81\x01b", "latin1")],
        [Buffer.from("\x81\x01a\x82\x01\x07", "latin1"), other],
      ].map((pieces) => Buffer.concat(pieces).toString("base64")),
    );
  });

  it("may be empty", () => {
    expect(written([]).byteLength).toBe(0);
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
    const pieces = writer.write([one]);
    await Promise.resolve();
    const again = writer.write([one]);
    expect(again).not.toBe(pieces);
    expect(again).toEqual(pieces);
  });

  it("is framed anew where it goes on otherwise than the one before", () => {
    const writer = new FrameWriter();
    const [one, other] = [packet("one"), packet("other")];
    writer.write([one]);
    expect(written([one, other], writer).byteLength).toBe(12);
    expect(written([other], writer).byteLength).toBe(7);
    expect(written([one], writer).byteLength).toBe(5);
  });
});
