// Rules of packets that are encoded once for many receivers.
import { describe, expect, test } from "vitest";
import type { SocketPacket } from "./packet.ts";
import { createVariants, frameOnce, type MessageFramer, PreparedPacket } from "./prepared-packet.ts";
import { createTextParser } from "./text-codec.ts";

const BYTES = Uint8Array.of(1, 2);
const EVENT: SocketPacket = { type: 2, nsp: "/", data: ["e", BYTES] };

/** An engine that notes what it frames. */
function notingEngine(notes: unknown[]): MessageFramer {
  return {
    frame({ type, data }, base64) {
      notes.push([type, data, base64]);
      return { data, byteLength: data.length };
    },
  };
}

function notingEncoder(revision: 4 | 5, notes: unknown[]) {
  const { Encoder } = createTextParser(revision);
  const encoder = new Encoder();
  return {
    encode(packet: SocketPacket) {
      notes.push(packet.type);
      return encoder.encode(packet);
    },
  };
}

describe("a prepared packet", () => {
  test("frames the text and its attachments as messages", () => {
    const framed: unknown[] = [];
    const { base64 } = createVariants(notingEngine(framed), notingEncoder(5, []), { protocol: 5 });
    const frames = new PreparedPacket(EVENT).frames(base64);
    const text = '51-["e",{"_placeholder":true,"num":0}]';
    expect(framed).toEqual([
      ["message", text, true],
      ["message", BYTES, true],
    ]);
    expect(frames.map(({ data }) => data)).toEqual([text, BYTES]);
  });

  test("is framed once per variant", () => {
    const framed: unknown[] = [];
    const { binary } = createVariants(notingEngine(framed), notingEncoder(5, []), { protocol: 5 });
    const packet = new PreparedPacket(EVENT);
    expect(packet.frames(binary)).toBe(packet.frames(binary));
    expect(framed).toHaveLength(2);
  });

  test("is one message for all that it goes to, and another where it may not be compressed, of the same frames", () => {
    const framed: unknown[] = [];
    const { binary } = createVariants(notingEngine(framed), notingEncoder(5, []), { protocol: 5 });
    const packet = new PreparedPacket(EVENT);
    const [message, plain] = [packet.message(binary, true), packet.message(binary, false)];
    expect([message.compress, plain.compress, plain.frames]).toEqual([true, false, message.frames]);
    expect([packet.message(binary, true), packet.message(binary, false)]).toEqual([message, plain]);
    expect(packet.message(binary, true)).toBe(message);
    expect(framed).toHaveLength(2);
  });

  test("that goes to one connection is framed as one for many is", () => {
    const { base64 } = createVariants(notingEngine([]), notingEncoder(5, []), { protocol: 5 });
    expect(frameOnce(EVENT, base64)).toEqual(new PreparedPacket(EVENT).frames(base64));
  });

  test("is encoded once per encoder, whatever the engines", () => {
    const encoded: unknown[] = [];
    const encoder = notingEncoder(5, encoded);
    const one = createVariants(notingEngine([]), encoder, { protocol: 5 });
    const other = createVariants(notingEngine([]), encoder, { protocol: 5 });
    const packet = new PreparedPacket(EVENT);
    for (const variant of [one.binary, one.base64, other.binary]) packet.frames(variant);
    expect(encoded).toEqual([2]);
  });

  test("is marked as binary for encoders of revision 4 only", () => {
    const encoded: unknown[] = [];
    const packet = new PreparedPacket(EVENT);
    packet.frames(createVariants(notingEngine([]), notingEncoder(4, encoded), { protocol: 4 }).binary);
    packet.frames(createVariants(notingEngine([]), notingEncoder(5, encoded), { protocol: 5 }).binary);
    expect(encoded).toEqual([5, 2]);
    expect(packet.packet).toBe(EVENT);
  });

  test("takes its offset along for those who want one, and is encoded once for them and once for the others", () => {
    const encoded: unknown[] = [];
    const encoder = notingEncoder(5, encoded);
    const plain = createVariants(notingEngine([]), encoder, { protocol: 5 });
    const offset = createVariants(notingEngine([]), encoder, { protocol: 5 }, true);
    const packet = new PreparedPacket({ type: 2, nsp: "/", data: ["e", 1] }, "o");
    const texts = [offset.binary, plain.binary, offset.base64, plain.base64].map((variant) =>
      packet.frames(variant).map(({ data }) => data),
    );
    const [withIt, withoutIt] = [['2["e",1,"o"]'], ['2["e",1]']];
    expect(texts).toEqual([withIt, withoutIt, withIt, withoutIt]);
    expect([encoded, packet.packet.data, packet.withOffset.data]).toEqual([
      [2, 2],
      ["e", 1],
      ["e", 1, "o"],
    ]);
  });

  test("without an offset is encoded once for all", () => {
    const encoded: unknown[] = [];
    const encoder = notingEncoder(5, encoded);
    const packet = new PreparedPacket(EVENT);
    packet.frames(createVariants(notingEngine([]), encoder, { protocol: 5 }).binary);
    packet.frames(createVariants(notingEngine([]), encoder, { protocol: 5 }, true).binary);
    expect(encoded).toEqual([2]);
  });

  test("is not encoded before somebody asks", () => {
    const packet = new PreparedPacket({ type: 2, nsp: "/", data: ["e", 1n] });
    const { binary } = createVariants(notingEngine([]), notingEncoder(5, []), { protocol: 5 });
    expect(() => packet.frames(binary)).toThrow(TypeError);
  });
});
