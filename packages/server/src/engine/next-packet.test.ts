// Rules of taking packets out of a decoder: its refusals are values, and the faults of others stay exceptions.
import type { Packet } from "@bowline/protocol";
import { describe, expect, it } from "vitest";
import { nextPacket } from "./next-packet.ts";

function* decode(failure?: Error): Generator<Packet, undefined> {
  yield { type: "message", data: "a" };
  if (failure !== undefined) throw failure;
  return undefined;
}

describe("the next packet", () => {
  it("is each in turn, and undefined at the end", () => {
    const packets = decode();
    expect([nextPacket(packets), nextPacket(packets), nextPacket(packets)]).toEqual([
      { type: "message", data: "a" },
      undefined,
      undefined,
    ]);
  });

  it("is the decoder's refusal where the bytes are no packet", () => {
    const refusal = new SyntaxError("no packet");
    const packets = decode(refusal);
    nextPacket(packets);
    expect(nextPacket(packets)).toBe(refusal);
  });

  it("does not hide any other error", () => {
    const packets = decode(new TypeError("the program's"));
    nextPacket(packets);
    expect(() => nextPacket(packets)).toThrow(new TypeError("the program's"));
  });
});
