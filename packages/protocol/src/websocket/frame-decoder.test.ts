// Rules of reading WebSocket frames, by the sections of RFC 6455.
import { describe, expect, it } from "vitest";
import { type FrameShape, frame } from "../../test-support/frames.ts";
import { concatBytes, decodeUtf8, encodeUtf8 } from "../shared/bytes.ts";
import { FrameDecoder, type FrameEvents } from "./frame-decoder.ts";

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function utf8(bytes: Uint8Array, from: number, to: number): string | undefined {
  try {
    return strict.decode(bytes.subarray(from, to));
  } catch {
    return undefined;
  }
}

type Told = readonly [string, ...unknown[]];

function listener(): { readonly told: Told[]; readonly events: FrameEvents } {
  const told: Told[] = [];
  const events: FrameEvents = {
    text: (text) => told.push(["text", text]),
    binary: (bytes) => told.push(["binary", Buffer.from(bytes).toString("hex")]),
    ping: (payload) => told.push(["ping", decodeUtf8(payload)]),
    pong: (payload) => told.push(["pong", decodeUtf8(payload)]),
    closeFrame: (code, reason) => told.push(["close", code, reason]),
    failed: ({ closeCode, code }) => told.push(["failed", closeCode, code]),
  };
  return { told, events };
}

const ALLOCATED = { most: 0, total: 0 };

function allocate(count: number): Uint8Array {
  ALLOCATED.most = Math.max(ALLOCATED.most, count);
  ALLOCATED.total += count;
  return new Uint8Array(count);
}

function decoder(maxMessageBytes = 1_000_000, reader: "server" | "client" = "server"): FrameDecoder {
  return new FrameDecoder({
    reader,
    maxMessageBytes,
    bytes: { allocate, utf8, ascii: (b, f, t) => decodeUtf8(b.subarray(f, t)) },
  });
}

function read(chunks: readonly Uint8Array[], maxMessageBytes?: number): readonly Told[] {
  const { told, events } = listener();
  const reading = decoder(maxMessageBytes);
  for (const chunk of chunks) reading.add(new Uint8Array(chunk), events);
  return told;
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

describe("the examples of RFC 6455, 5.7", () => {
  it("a masked text", () => {
    expect(read([hex("81 85 37fa213d 7f9f4d5158")])).toEqual([["text", "Hello"]]);
  });

  it("an unmasked text in two fragments, and a ping with its pong, for a client", () => {
    const { told, events } = listener();
    decoder(100, "client").add(hex("01 03 48656c 80 02 6c6f 89 05 48656c6c6f 8a 05 48656c6c6f"), events);
    expect(told).toEqual([
      ["text", "Hello"],
      ["ping", "Hello"],
      ["pong", "Hello"],
    ]);
  });

  it("256 bytes and 64 KiB, for a client", () => {
    const { told, events } = listener();
    const reading = decoder(100_000, "client");
    reading.add(concatBytes([hex("82 7e 0100"), new Uint8Array(256)]), events);
    reading.add(concatBytes([hex("82 7f 0000000000010000"), new Uint8Array(65_536)]), events);
    expect(told).toEqual([
      ["binary", "00".repeat(256)],
      ["binary", "00".repeat(65_536)],
    ]);
  });
});

describe("a length (5.2)", () => {
  it.each([0, 1, 2, 3, 4, 124, 125, 126, 127, 128, 129, 130, 131, 65_534, 65_535, 65_536, 65_537])(
    "of %i bytes is read, as text and as bytes, whatever the key",
    (length) => {
      const bytes = Uint8Array.from({ length }, (_, at) => at % 251);
      const text = "x".repeat(length);
      const key = [0x80, 0xff, 0x01, 0x7f];
      expect(read([frame(TEXT, text, { key }), frame(BINARY, bytes, { key })])).toEqual([
        ["text", text],
        ["binary", Buffer.from(bytes).toString("hex")],
      ]);
    },
  );

  it.each<[string, FrameShape]>([
    ["16 bits", { lengthBytes: 2 }],
    ["64 bits", { lengthBytes: 8 }],
  ])("in %s that would fit into fewer is read: small devices send it", (_, shape) => {
    expect(read([frame(TEXT, "hi", shape)])).toEqual([["text", "hi"]]);
  });

  it.each([
    ["over the limit", 1_000_001n, "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"],
    ["of 2^32 + 1", 2n ** 32n + 1n, "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"],
    ["of 2^53 - 1", 2n ** 53n - 1n, "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"],
    ["that cannot be counted", 2n ** 53n, "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH"],
    ["with its highest bit set", 2n ** 63n, "WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH"],
  ])("%s is refused before any of it has come", (_, declared, code) => {
    expect(read([frame(BINARY, "", { declared })])).toEqual([["failed", 1009, code]]);
  });
});

describe("a message (5.4)", () => {
  const pieces = [
    frame(TEXT, "4", { isFinal: false }),
    frame(PING, "p"),
    frame(CONTINUATION, "he", { isFinal: false }),
    frame(CONTINUATION, "", { isFinal: false }),
    frame(PONG),
    frame(CONTINUATION, "llo"),
  ];

  it("is made of its fragments, and what a control frame between them says is told at once", () => {
    const expected = [
      ["ping", "p"],
      ["pong", ""],
      ["text", "4hello"],
    ];
    expect([read(pieces), read([concatBytes(pieces)])]).toEqual([expected, expected]);
  });

  it("may be empty, also in fragments", () => {
    expect(read([frame(TEXT), frame(BINARY, "", { isFinal: false }), frame(CONTINUATION)])).toEqual([
      ["text", ""],
      ["binary", ""],
    ]);
  });

  it("in as many fragments as bytes is kept in memory of its own size", () => {
    ALLOCATED.most = 0;
    const fragments = Array.from({ length: 2000 }, (_, at) =>
      frame(at === 0 ? BINARY : CONTINUATION, "x", { isFinal: false }),
    );
    expect(read([...fragments, frame(CONTINUATION)], 2000)).toEqual([["binary", "78".repeat(2000)]]);
    expect(ALLOCATED.most).toBe(2000);
  });

  it("of empty fragments takes no memory for them, and ends when their headers are as many bytes as the limit (10.4)", () => {
    ALLOCATED.total = 0;
    const empty = frame(CONTINUATION, "", { isFinal: false });
    const { told, events } = listener();
    const reading = decoder(60_000);
    reading.add(frame(TEXT, "", { isFinal: false }), events);
    for (let count = 0; count < 10_000; count++) reading.add(new Uint8Array(empty), events);
    expect([told, ALLOCATED.total]).toEqual([[], 0]);
    reading.add(empty, events);
    expect(told).toEqual([["failed", 1009, "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"]]);
  });

  it("that is announced and does not come takes no memory", () => {
    ALLOCATED.total = 0;
    read([frame(BINARY, "abc", { declared: 1_000_000n })]);
    expect(ALLOCATED.total).toBeLessThanOrEqual(1024);
  });

  it("is limited as a whole, and up to the limit welcome", () => {
    const start = frame(TEXT, "abc", { isFinal: false });
    expect(read([start, frame(CONTINUATION, "de")], 5)).toEqual([["text", "abcde"]]);
    expect(read([start, frame(PING, "123456"), frame(CONTINUATION, "def")], 5)).toEqual([
      ["ping", "123456"],
      ["failed", 1009, "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"],
    ]);
    expect([read([frame(TEXT, "abcde")], 5), read([frame(TEXT, "abcdef")], 5)]).toEqual([
      [["text", "abcde"]],
      [["failed", 1009, "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH"]],
    ]);
  });

  it("of bytes is the listener's own, and holds no memory beside it", () => {
    const kept: Uint8Array[] = [];
    const { events } = listener();
    const chunk = concatBytes([frame(BINARY, "a"), frame(BINARY, "b"), frame(TEXT, "x".repeat(100))]);
    decoder().add(chunk, { ...events, binary: (bytes) => kept.push(bytes) });
    chunk.fill(0);
    expect(kept.map((bytes) => [decodeUtf8(bytes), bytes.buffer.byteLength])).toEqual([
      ["a", 1],
      ["b", 1],
    ]);
  });

  it("of bytes that is all there is of its chunk is not copied", () => {
    const chunk = frame(BINARY, "abc");
    const buffers: unknown[] = [];
    decoder().add(chunk, { ...listener().events, binary: (bytes) => buffers.push(bytes.buffer) });
    expect(buffers).toEqual([chunk.buffer]);
  });
});

describe("a frame that breaks a rule ends everything", () => {
  const start = frame(TEXT, "x", { isFinal: false });
  it.each<[string, number, string, readonly Uint8Array[]]>([
    ["the first reserved bit (5.2)", 1002, "UNEXPECTED_RSV_1", [frame(TEXT, "", { reserved: 0x40 })]],
    ["the second reserved bit (5.2)", 1002, "UNEXPECTED_RSV_2_3", [frame(TEXT, "", { reserved: 0x20 })]],
    ["the third reserved bit (5.2)", 1002, "UNEXPECTED_RSV_2_3", [frame(PING, "", { reserved: 0x10 })]],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, number, string, Uint8Array[]] => [
      `opcode ${opcode} (5.2)`,
      1002,
      "INVALID_OPCODE",
      [frame(opcode)],
    ]),
    ["a continuation of nothing (5.4)", 1002, "INVALID_OPCODE", [frame(CONTINUATION, "x")]],
    ["a text inside a message (5.4)", 1002, "INVALID_OPCODE", [start, frame(TEXT, "y")]],
    ["bytes inside a message (5.4)", 1002, "INVALID_OPCODE", [start, frame(BINARY, "y", { isFinal: false })]],
    ["a ping in fragments (5.5)", 1002, "EXPECTED_FIN", [frame(PING, "", { isFinal: false })]],
    ["a close frame in fragments (5.5)", 1002, "EXPECTED_FIN", [frame(CLOSE, "", { isFinal: false })]],
    ["a ping of 126 bytes (5.5)", 1002, "INVALID_CONTROL_PAYLOAD_LENGTH", [frame(PING, "x".repeat(126))]],
    [
      "a ping of 64 bits of length (5.5)",
      1002,
      "INVALID_CONTROL_PAYLOAD_LENGTH",
      [frame(PING, "", { lengthBytes: 8 })],
    ],
    ["a text without a mask (5.1)", 1002, "EXPECTED_MASK", [frame(TEXT, "x", { key: null })]],
    ["a ping without a mask (5.1)", 1002, "EXPECTED_MASK", [frame(PING, "", { key: null })]],
    ["half a close code (5.5.1)", 1002, "INVALID_CONTROL_PAYLOAD_LENGTH", [frame(CLOSE, "x")]],
    ["a text that is no UTF-8 (8.1)", 1007, "INVALID_UTF8", [frame(TEXT, Uint8Array.of(0x34, 0xff))]],
    ["a surrogate (8.1)", 1007, "INVALID_UTF8", [frame(TEXT, Uint8Array.of(0xed, 0xa0, 0x80))]],
    ["an overlong sequence (8.1)", 1007, "INVALID_UTF8", [frame(TEXT, Uint8Array.of(0xc0, 0x80))]],
    ["a text beyond U+10FFFF (8.1)", 1007, "INVALID_UTF8", [frame(TEXT, Uint8Array.of(0xf4, 0x90, 0x80, 0x80))]],
    [
      "a long text cut off inside a character (8.1)",
      1007,
      "INVALID_UTF8",
      [frame(TEXT, encodeUtf8("€".repeat(100)).subarray(1))],
    ],
    ["fragments cut off inside a character (8.1)", 1007, "INVALID_UTF8", [start, frame(0, Uint8Array.of(0xe2, 0x82))]],
    ["a reason that is no UTF-8 (5.5.1)", 1007, "INVALID_UTF8", [frame(CLOSE, Uint8Array.of(3, 232, 0xff))]],
  ])("%s", (_, closeCode, code, bad) => {
    const bytes = concatBytes(bad);
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    const expected = [["failed", closeCode, `WS_ERR_${code}`]];
    expect(read([bytes, frame(TEXT, "after")])).toEqual(expected);
    expect(read([concatBytes([bytes, frame(TEXT, "after")])])).toEqual(expected);
    expect(read([...single, frame(TEXT, "after")])).toEqual(expected);
  });

  it("a mask, for a client (5.1)", () => {
    const { told, events } = listener();
    decoder(100, "client").add(frame(TEXT, "x"), events);
    expect(told).toEqual([["failed", 1002, "WS_ERR_UNEXPECTED_MASK"]]);
  });

  it("a continuation behind the last fragment (5.4)", () => {
    expect(read([start, frame(CONTINUATION, "y"), frame(CONTINUATION)])).toEqual([
      ["text", "xy"],
      ["failed", 1002, "WS_ERR_INVALID_OPCODE"],
    ]);
  });

  it("as soon as two bytes tell", () => {
    expect(read([frame(BINARY, "x".repeat(1000), { reserved: 0x40 }).subarray(0, 2)])).toHaveLength(1);
  });
});

describe("a close frame (5.5.1)", () => {
  const withCode = (code: number, reason = ""): Uint8Array =>
    frame(CLOSE, concatBytes([Uint8Array.of(code >> 8, code & 0xff), encodeUtf8(reason)]));

  it("without a code is one of 1005, and the last thing that is read", () => {
    expect(read([concatBytes([frame(CLOSE), frame(TEXT, "after")]), frame(TEXT, "later")])).toEqual([
      ["close", 1005, ""],
    ]);
  });

  it.each([
    ["defined (7.4.1)", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011]],
    ["registered (11.7)", [1012, 1013, 1014]],
    ["of libraries and programs (7.4.2)", [3000, 3999, 4000, 4999]],
  ])("may have a code that is %s", (_, codes) => {
    expect(codes.map((code) => read([withCode(code, "bye €")]))).toEqual(
      codes.map((code) => [["close", code, "bye €"]]),
    );
  });

  it.each([0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1099, 1100, 2000, 2999, 5000, 65_535])(
    "may not have the code %i",
    (code) => {
      expect(read([withCode(code)])).toEqual([["failed", 1002, "WS_ERR_INVALID_CLOSE_CODE"]]);
    },
  );

  it("may come inside a message, and then that is lost", () => {
    expect(read([frame(TEXT, "x", { isFinal: false }), withCode(1001)])).toEqual([["close", 1001, ""]]);
  });
});

describe("a text (5.6)", () => {
  const text = "aé€😀\ufeff\u0000z";
  const bytes = encodeUtf8(text);

  it.each(Array.from({ length: bytes.length + 1 }, (_, cut) => cut))(
    "may be cut after byte %i into fragments",
    (cut) => {
      const first = frame(TEXT, bytes.subarray(0, cut), { isFinal: false });
      const second = frame(CONTINUATION, bytes.subarray(cut));
      expect([read([first, second]), read([concatBytes([first, second])])]).toEqual([
        [["text", text]],
        [["text", text]],
      ]);
    },
  );

  it.each(Array.from({ length: bytes.length + 6 }, (_, cut) => cut + 1))(
    "may come in two chunks, cut after byte %i",
    (cut) => {
      const whole = frame(TEXT, bytes);
      expect(read([whole.subarray(0, cut), whole.subarray(cut)])).toEqual([["text", text]]);
    },
  );
});

describe("a decoder that was stopped", () => {
  it("tells nothing more, be it from within a chunk", () => {
    const { told, events } = listener();
    const reading = decoder();
    const stopping: FrameEvents = {
      ...events,
      text(text) {
        events.text(text);
        reading.stop();
      },
    };
    reading.add(concatBytes([frame(TEXT, "a"), frame(TEXT, "b")]), stopping);
    reading.add(frame(TEXT, "c"), stopping);
    expect(told).toEqual([["text", "a"]]);
  });
});
