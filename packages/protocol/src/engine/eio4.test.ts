// Rules of Engine.IO revision 4.
import { describe, expect, test } from "vitest";
import { eio4 } from "./eio4.ts";
import { EncodedFrame } from "./frame.ts";

const BYTES = Uint8Array.of(1, 2, 3, 4);

describe("a packet of revision 4", () => {
  test.each([
    ["0{}", { type: "open", data: "{}" }],
    ["1", { type: "close" }],
    ["2probe", { type: "ping", data: "probe" }],
    ["3", { type: "pong" }],
    ["4hello", { type: "message", data: "hello" }],
    ["4", { type: "message" }],
    ["5", { type: "upgrade" }],
    ["6", { type: "noop" }],
  ] as const)("has the text form %j", (text, packet) => {
    expect(eio4.encodePacket(packet, true)).toBe(text);
    expect(eio4.decodePacket(text)).toEqual(packet);
  });

  test("that holds bytes is the bytes alone", () => {
    const packet = { type: "message", data: BYTES } as const;
    expect(eio4.encodePacket(packet, true)).toBe(BYTES);
    expect(eio4.decodePacket(BYTES)).toEqual(packet);
  });

  test("that holds bytes is base64 behind a letter where the peer takes no binary", () => {
    const packet = { type: "message", data: BYTES } as const;
    expect(eio4.encodePacket(packet, false)).toBe("bAQIDBA==");
    expect(eio4.decodePacket("bAQIDBA==")).toEqual(packet);
  });

  test("may hold no bytes at all", () => {
    expect(eio4.decodePacket(new Uint8Array())).toEqual({ type: "message", data: new Uint8Array() });
    expect(eio4.decodePacket("b")).toEqual({ type: "message", data: new Uint8Array() });
  });

  test.each(["", "7", "9x", "a", "/", ":", " 4", "４", "b!", "\x1e4"])("is refused when it reads %j", (text) => {
    expect(() => eio4.decodePacket(text)).toThrow(SyntaxError);
  });

  test("says why it is refused", () => {
    expect(() => eio4.decodePacket("")).toThrow("Cannot decode the packet: it is empty");
    expect(() => eio4.decodePacket("x")).toThrow("Cannot decode the packet: its type is unknown");
  });
});

describe("a polling body of revision 4", () => {
  const packets = [{ type: "message", data: "€" }, { type: "message", data: BYTES }, { type: "noop" }] as const;
  const body = "4€\x1ebAQIDBA==\x1e6";

  test("joins packets by the record separator, bytes as base64", () => {
    expect(eio4.encodePayload(packets, true)).toBe(body);
    expect([...eio4.decodePayload(body)]).toEqual(packets);
  });

  test("is joined from frames as they are", () => {
    const frames = packets.map((packet) => eio4.frame(packet, true));
    expect(eio4.joinPayload(frames, false)).toBe(body);
  });

  test("takes a frame that was made for a transport with bytes", () => {
    expect(eio4.joinPayload([eio4.frame({ type: "message", data: BYTES }, false)], false)).toBe("bAQIDBA==");
  });

  test("delivers the packets before a bad one", () => {
    const left = eio4.decodePayload("4a\x1e2\x1e9")[Symbol.iterator]();
    expect(left.next().value).toEqual({ type: "message", data: "a" });
    expect(left.next().value).toEqual({ type: "ping" });
    expect(() => left.next()).toThrow(SyntaxError);
  });

  test("is read as far as somebody asks", () => {
    const left = eio4.decodePayload("4a\x1e9")[Symbol.iterator]();
    expect(left.next().value).toEqual({ type: "message", data: "a" });
  });

  test.each(["", "\x1e", "4a\x1e", "\x1e4a", "4a\x1e\x1e4b"])("is refused with an empty element, as in %j", (text) => {
    expect(() => [...eio4.decodePayload(text)]).toThrow(SyntaxError);
  });

  test("is never binary", () => {
    expect(() => [...eio4.decodePayload(Uint8Array.of(0x34))]).toThrow(SyntaxError);
  });
});

describe("the share of a frame in a body of revision 4", () => {
  test("is its bytes and a separator", () => {
    expect(eio4.elementBytes(new EncodedFrame("4€"))).toBe(5);
  });

  test("counts bytes as the base64 that they become", () => {
    expect(eio4.elementBytes(new EncodedFrame(BYTES))).toBe("bAQIDBA==".length + 1);
  });
});

test("in revision 4 the server pings and only its pings prove life", () => {
  expect(eio4).toMatchObject({ revision: 4, pinger: "server", anyPacketProvesLife: false, binaryBodies: false });
});
