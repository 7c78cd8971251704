// Rules of Engine.IO revision 3.
import { describe, expect, test } from "vitest";
import { encodeUtf8 } from "../shared/bytes.ts";
import { eio3, eio3Client } from "./eio3.ts";

const BYTES = Uint8Array.of(1, 2, 3, 4);

describe("a packet of revision 3", () => {
  test.each([
    ["0{}", { type: "open", data: "{}" }],
    ["2probe", { type: "ping", data: "probe" }],
    ["4hello", { type: "message", data: "hello" }],
    ["4", { type: "message" }],
    ["6", { type: "noop" }],
  ] as const)("has the text form %j", (text, packet) => {
    expect(eio3.encodePacket(packet, true)).toBe(text);
    expect(eio3.decodePacket(text)).toEqual(packet);
  });

  test("that holds bytes starts with the number of its type", () => {
    const packet = { type: "message", data: BYTES } as const;
    expect(eio3.encodePacket(packet, true)).toEqual(Uint8Array.of(4, 1, 2, 3, 4));
    expect(eio3.decodePacket(Uint8Array.of(4, 1, 2, 3, 4))).toEqual(packet);
  });

  test("that holds bytes is base64 behind a letter and its type where the peer takes no binary", () => {
    const packet = { type: "message", data: BYTES } as const;
    expect(eio3.encodePacket(packet, false)).toBe("b4AQIDBA==");
    expect(eio3.decodePacket("b4AQIDBA==")).toEqual(packet);
  });

  test.each(["", "7", "a4", " 4", "b", "b9AQ==", "bx", "b4!"])("is refused when it reads %j", (text) => {
    expect(() => eio3.decodePacket(text)).toThrow(SyntaxError);
  });

  test.each([[[]], [[7]], [[0x34, 0x41]], [[255, 1]]])("is refused when its bytes are %j", (bytes) => {
    expect(() => eio3.decodePacket(Uint8Array.from(bytes))).toThrow(SyntaxError);
  });
});

describe("a text body of revision 3", () => {
  test("counts UTF-16 units", () => {
    const packets = [
      { type: "message", data: "😀" },
      { type: "message", data: "€" },
    ] as const;
    expect(eio3.encodePayload(packets, true)).toBe("3:4😀2:4€");
    expect([...eio3.decodePayload("3:4😀2:4€")]).toEqual(packets);
  });

  test("holds bytes as base64 where the peer takes no binary", () => {
    const packets = [{ type: "message", data: BYTES }] as const;
    expect(eio3.encodePayload(packets, false)).toBe("10:b4AQIDBA==");
    expect([...eio3.decodePayload("10:b4AQIDBA==")]).toEqual(packets);
  });

  test("is what a client sends, whatever it holds", () => {
    const frames = [eio3Client.frame({ type: "message", data: BYTES }, false)];
    expect(eio3Client.binaryBodies).toBe(false);
    expect(eio3Client.joinPayload(frames, true)).toBe("10:b4AQIDBA==");
  });

  test("without packets is one empty element", () => {
    expect(eio3.encodePayload([], true)).toBe("0:");
    expect([...eio3.decodePayload("0:0:")]).toEqual([]);
  });

  test("skips empty elements and leading zeros", () => {
    expect([...eio3.decodePayload("0:002:4a")]).toEqual([{ type: "message", data: "a" }]);
  });

  test("delivers the packets before a bad one", () => {
    const left = eio3.decodePayload("2:4a1:9")[Symbol.iterator]();
    expect(left.next().value).toEqual({ type: "message", data: "a" });
    expect(() => left.next()).toThrow(SyntaxError);
  });

  test("takes a frame that was made for a transport with bytes", () => {
    expect(eio3.joinPayload([eio3.frame({ type: "message", data: BYTES }, false)], false)).toBe("10:b4AQIDBA==");
  });

  test.each([
    "",
    "!",
    "1",
    "1:",
    ":4",
    "1::",
    "1:9",
    "2:4",
    "6:4hello6",
    "6;4hello",
    " 6:4hello",
    "0x6:4hello",
    "6.0:4hello",
    "6e0:4hello",
    "+6:4hello",
    "-1:4",
    "٦:4hello",
    `${"9".repeat(400)}:4`,
  ])("is refused when it reads %j", (text) => {
    expect(() => [...eio3.decodePayload(text)]).toThrow(SyntaxError);
  });
});

describe("a binary body of revision 3", () => {
  const packets = [
    { type: "message", data: "€" },
    { type: "message", data: BYTES },
  ] as const;
  const body = Uint8Array.of(0, 4, 255, 0x34, 0xe2, 0x82, 0xac, 1, 5, 255, 4, 1, 2, 3, 4);

  test("has a marker, the digits of a byte length and an end mark before each packet", () => {
    expect(eio3.encodePayload(packets, true)).toEqual(body);
    expect([...eio3.decodePayload(body)]).toEqual(packets);
  });

  test("is joined from frames as they are", () => {
    const frames = packets.map((packet) => eio3.frame(packet, false));
    expect(eio3.joinPayload(frames, true)).toEqual(body);
  });

  test("writes long lengths digit by digit", () => {
    const data = new Uint8Array(1234);
    const written = eio3.encodePayload([{ type: "message", data }], true);
    expect(written.slice(0, 7)).toEqual(Uint8Array.of(1, 1, 2, 3, 5, 255, 4));
    expect([...eio3.decodePayload(written)]).toEqual([{ type: "message", data }]);
  });

  test("may hold a packet as base64 text", () => {
    const entry = encodeUtf8("b4AQIDBA==");
    expect([...eio3.decodePayload(Uint8Array.of(0, 1, 0, 255, ...entry))]).toEqual([{ type: "message", data: BYTES }]);
  });

  test("replaces encoded surrogates", () => {
    expect([...eio3.decodePayload(Uint8Array.of(0, 4, 255, 0x34, 0xed, 0xa0, 0x80))]).toEqual([
      { type: "message", data: "\ufffd" },
    ]);
  });

  test("without bytes holds no packet", () => {
    expect([...eio3.decodePayload(new Uint8Array())]).toEqual([]);
  });

  test.each([
    ["no end mark", [0, 6]],
    ["no digits", [0, 255, 0x34]],
    ["no digits and no end mark", [0]],
    ["an ASCII digit", [0, 0x31, 255, 0x34]],
    ["an unknown marker", [2, 2, 255, 4, 1]],
    ["a length beyond its end", [0, 2, 255, 0x34]],
    ["a length far beyond its end", [1, ...Array<number>(400).fill(9), 255]],
    ["more digits than a length has", [0, ...Array<number>(400).fill(0), 1, 255, 0x34]],
    ["an empty text", [0, 0, 255]],
    ["empty bytes", [1, 0, 255]],
    ["ill-formed UTF-8", [0, 3, 255, 0x34, 0xc3, 0x28]],
    ["an unknown type", [0, 1, 255, 0x39]],
    ["an unknown binary type", [1, 2, 255, 9, 1]],
  ])("is refused with %s", (_name, bytes) => {
    expect(() => [...eio3.decodePayload(Uint8Array.from(bytes))]).toThrow(SyntaxError);
  });
});

describe("the share of a frame in a body of revision 3", () => {
  test("counts a text in the binary form", () => {
    expect(eio3.elementBytes(eio3.frame({ type: "message", data: "123456789" }, false))).toBe(1 + 2 + 1 + 10);
  });

  test("counts bytes in the text form", () => {
    expect(eio3.elementBytes(eio3.frame({ type: "message", data: BYTES }, false))).toBe("10:b4AQIDBA==".length);
  });
});

test("in revision 3 the client pings and any packet proves life", () => {
  expect(eio3).toMatchObject({ revision: 3, pinger: "client", anyPacketProvesLife: true, binaryBodies: true });
});
