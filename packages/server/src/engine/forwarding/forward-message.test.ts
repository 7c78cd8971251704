// Rules of what two nodes say to each other: what is written can be read, and nothing else is believed.
import { encodeUtf8 } from "@bowline/protocol/internal";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bundle, unbundle } from "./envelopes.ts";
import {
  decodeForEntrance,
  decodeForOwner,
  type EntranceMessage,
  encodeForward,
  type OwnerMessage,
} from "./forward-message.ts";
import { cutInParts, PART_HEAD_BYTES, PartJoiner } from "./parts.ts";

const HEAD = {
  method: "POST",
  target: "/socket.io/?EIO=4&sid=x",
  remoteAddress: "203.0.113.7",
  secure: true,
  headers: ["cookie", "a=b", "accept", "ü"],
};

const TO_OWNERS: readonly OwnerMessage[] = [
  { type: "request", id: 0xffffffff, head: HEAD, body: Uint8Array.of(1, 2, 255) },
  { type: "request", id: 2, head: HEAD, body: "too-large" },
  { type: "request", id: 3, head: HEAD, body: "aborted" },
  { type: "upgrade", id: 4, head: { ...HEAD, method: "GET" } },
  { type: "gone", id: 5 },
  { type: "leaving", id: 6 },
  { type: "delivered", id: 7 },
];

const TO_ENTRANCES: readonly EntranceMessage[] = [
  {
    type: "answer",
    id: 1,
    answer: {
      status: 200,
      added: { "X-A": ["1", "2"] },
      headers: { "Content-Type": "text/plain" },
      compression: { from: 1024, settings: { level: 9 } },
      isConfirmed: true,
      body: encodeUtf8("4ü"),
    },
  },
  {
    type: "answer",
    id: 2,
    answer: {
      status: 204,
      added: {},
      headers: {},
      compression: undefined,
      isConfirmed: false,
      body: new Uint8Array(),
    },
  },
  { type: "destroyed", id: 3 },
  { type: "accepted", id: 4, headers: { "set-cookie": ["a=b", "c=d"] } },
  { type: "refused", id: 5, message: "Session ID unknown", isPassing: false },
];

const BOTH_WAYS: readonly (OwnerMessage & EntranceMessage)[] = [
  {
    type: "frames",
    id: 1,
    sequence: 7,
    frames: [
      { data: "4naïve 😀", compress: true },
      { data: Uint8Array.of(0, 255), compress: false },
      { data: "", compress: false },
    ],
  },
  { type: "frames", id: 1, sequence: 0, frames: [] },
  { type: "taken", id: 2, bytes: 65_536 },
  { type: "closed", id: 3, end: {} },
  { type: "closed", id: 4, end: { message: "too long", code: "WS_ERR" } },
];

describe("a message", () => {
  it.each([...TO_OWNERS, ...BOTH_WAYS])("to the node of a session is read as it was written: $type", (message) => {
    expect(decodeForOwner(encodeForward(message))).toEqual(message);
  });

  it.each([...TO_ENTRANCES, ...BOTH_WAYS])("to the node of a client is read as it was written: $type", (message) => {
    expect(decodeForEntrance(encodeForward(message))).toEqual(message);
  });

  it.each(TO_OWNERS)("for the other side is refused: $type", (message) => {
    expect(() => decodeForEntrance(encodeForward(message))).toThrow(SyntaxError);
  });

  it.each(TO_ENTRANCES)("for this side alone is refused at the other: $type", (message) => {
    expect(() => decodeForOwner(encodeForward(message))).toThrow(SyntaxError);
  });

  it("of a later version is nobody's business", () => {
    expect(decodeForOwner(Uint8Array.of(99, 1, 2, 3))).toBeUndefined();
  });

  it.each([...TO_OWNERS, ...BOTH_WAYS])("that was cut off is refused, or is a shorter one: $type", (message) => {
    const bytes = encodeForward(message);
    for (let length = 0; length < bytes.byteLength; length++) {
      expect(() => attempt(bytes.subarray(0, length))).not.toThrow();
    }
  });

  it("may hold anything, and nothing but a SyntaxError is thrown", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 0, max: 12 }), (bytes, type) => {
        attempt(bytes);
        attempt(Uint8Array.of(type, ...bytes));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it("may hold any facts, and nothing but a SyntaxError is thrown", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(1, 2, 5, 7, 8, 11), (facts, type) => {
        const json = encodeUtf8(JSON.stringify(facts));
        attempt(Uint8Array.of(type, 0, 0, 0, 1, 0, 0, json.byteLength >> 8, json.byteLength & 255, ...json));
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});

/** Reads bytes as both sides would. @throws whatever is no SyntaxError. */
function attempt(bytes: Uint8Array): void {
  for (const decode of [decodeForOwner, decodeForEntrance]) {
    try {
      decode(bytes);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
}

describe("an answer", () => {
  const answer = {
    status: 200,
    added: {},
    headers: {},
    compression: undefined,
    isConfirmed: false,
    body: new Uint8Array(),
  };

  it.each([
    ["a status that is none", { ...answer, status: 42 }],
    ["a header that would split it", { ...answer, headers: { "X-A": "1\r\nX-B: 2" } }],
    ["a header of a list that would split it", { ...answer, headers: { "X-A": ["1", "2\n"] } }],
    ["a header that no runtime writes", { ...answer, headers: { "X-A": "\u{1f600}" } }],
    ["a name that no header has", { ...answer, added: { "X A": "1" } }],
  ])("with %s is not believed", (_what, claimed) => {
    expect(() => decodeForEntrance(encodeForward({ type: "answer", id: 1, answer: claimed }))).toThrow(SyntaxError);
  });

  it("changes no prototype", () => {
    const headers = Object.defineProperty({}, "__proto__", { value: ["x"], enumerable: true });
    const read = decodeForEntrance(encodeForward({ type: "accepted", id: 1, headers }));
    expect(Object.keys(read?.type === "accepted" ? read.headers : {})).toEqual(["__proto__"]);
  });
});

describe("messages for one node", () => {
  it("are taken apart as they were put together", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }), (messages) => {
        expect([...unbundle(bundle(messages))]).toEqual(messages);
      }),
      { seed: 4 },
    );
  });

  it("that end too early are taken as far as they go", () => {
    const bytes = bundle([Uint8Array.of(1), Uint8Array.of(2, 3)]);
    const taken: Uint8Array[] = [];
    const take = (length: number): void => {
      for (const one of unbundle(bytes.subarray(0, length))) taken.push(one);
    };
    expect(() => take(bytes.byteLength - 1)).toThrow(SyntaxError);
    expect(() => take(7)).toThrow(SyntaxError);
    expect(taken).toEqual([Uint8Array.of(1), Uint8Array.of(1)]);
  });
});

/** A message in parts with three bytes each. */
function inParts(message: number, ...bytes: readonly number[]): Uint8Array[] {
  return cutInParts(message, Uint8Array.from(bytes), PART_HEAD_BYTES + 3);
}

describe("parts", () => {
  it("are put together again, whatever their size", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 14, max: 200 }), (bytes, size) => {
        const joiner = new PartJoiner(10_000);
        const parts = cutInParts(7, bytes, size);
        const taken = parts.map((part) => joiner.take("a", part));
        expect(taken.at(-1)).toEqual(bytes);
        expect(taken.slice(0, -1).every((part) => part === undefined)).toBe(true);
        expect(Math.max(...parts.map(({ byteLength }) => byteLength))).toBeLessThanOrEqual(size);
      }),
      { seed: 3 },
    );
  });

  it("are made where a message has room for hardly anything", () => {
    expect(cutInParts(1, new Uint8Array(3), 5)).toHaveLength(3);
  });

  it("of several nodes are kept apart", () => {
    const joiner = new PartJoiner(1000);
    const taken = ["a", "b"].map((node) => inParts(1, 1, 2, 3, 4).map((part) => joiner.take(node, part)));
    const whole = Uint8Array.of(1, 2, 3, 4);
    expect(taken).toEqual([
      [undefined, whole],
      [undefined, whole],
    ]);
  });

  it("of which one is missing cost their message alone", () => {
    const joiner = new PartJoiner(1000);
    const [first = new Uint8Array(), , third = new Uint8Array(), last = new Uint8Array()] = inParts(
      1,
      ...new Uint8Array(12),
    );
    const taken = [first, third, last].map((part) => joiner.take("a", part));
    const begun = inParts(2, 1, 2, 3, 4).slice(1);
    const next = [...begun, ...inParts(3, 9)].map((part) => joiner.take("a", part));
    expect([taken, next]).toEqual([
      [undefined, undefined, undefined],
      [undefined, Uint8Array.of(9)],
    ]);
  });

  it.each([
    ["the whole of a short one", inParts(5, 9), inParts(5, 9)],
    ["the first part of a long one", inParts(5, 1, 2, 3, 4), inParts(5, 1, 2, 3, 4).slice(0, 1)],
    ["one that was sent before", inParts(5, 9), inParts(4, 9)],
    ["one that has no number", [], inParts(Number.NaN, 9)],
  ])("that come again are refused: %s", (_what, before, again) => {
    const joiner = new PartJoiner(1000);
    for (const part of before) joiner.take("a", part);
    expect(() => again.map((part) => joiner.take("a", part))).toThrow(SyntaxError);
  });

  it("that come again at the end of their message make no second one", () => {
    const joiner = new PartJoiner(1000);
    const [first = new Uint8Array(), last = new Uint8Array()] = inParts(1, 1, 2, 3, 4);
    const taken = [first, last, last].map((part) => joiner.take("a", part));
    expect(taken).toEqual([undefined, Uint8Array.of(1, 2, 3, 4), undefined]);
  });

  it("that come twice do not cost the rest of their message", () => {
    const joiner = new PartJoiner(1000);
    const [first = new Uint8Array(), last = new Uint8Array()] = inParts(1, 1, 2, 3, 4);
    joiner.take("a", first);
    expect(() => joiner.take("a", first)).toThrow("it has come twice");
    expect(joiner.take("a", last)).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it("of more than the limit are refused, also where they have nothing in them", () => {
    for (const size of [10, 0]) {
      const joiner = new PartJoiner(100);
      const part = (index: number): Uint8Array => {
        const bytes = new Uint8Array(PART_HEAD_BYTES + size);
        const view = new DataView(bytes.buffer);
        view.setFloat64(1, 1);
        view.setUint32(9, index);
        return bytes;
      };
      expect(() => Array.from({ length: 8 }, (_, index) => joiner.take("a", part(index)))).toThrow(
        "it has more than 100 bytes",
      );
    }
  });

  it("that a node has left are forgotten with it, and so is what it has sent", () => {
    const joiner = new PartJoiner(1000);
    const [first = new Uint8Array(), last = new Uint8Array()] = inParts(2, 1, 2, 3, 4);
    joiner.take("a", first);
    joiner.forget("a");
    expect([joiner.take("a", inParts(1, 9)[0] ?? first), joiner.take("a", last)]).toEqual([
      Uint8Array.of(9),
      undefined,
    ]);
  });

  it("that are too short to be one are refused", () => {
    expect(() => new PartJoiner(10).take("a", new Uint8Array(8))).toThrow(SyntaxError);
  });
});
