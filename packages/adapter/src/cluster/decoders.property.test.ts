// Rules of everything that reads what a broker brings: whatever the bytes are, they are read or refused with a SyntaxError, at
// once, and what they claim to hold is never believed before it is there.
import { encodeMsgpack } from "@bowline/protocol/msgpack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PastStays } from "../past-stays.ts";
import { decodeRecord, encodeRecord } from "./log-record.ts";
import { MessageType } from "./message.ts";
import { countIn, faultOf, socketsIn, timeoutIn } from "./message-check.ts";
import { createNativeWire } from "./native-wire.ts";
import { decodeNodeMessage, encodeNodeMessage } from "./node-message.ts";
import { decodeSession, encodeSession } from "./session-record.ts";

/** A machine that has much else to do takes its time over so many runs. */
const PATIENCE_MS = 30_000;

const wire = createNativeWire();

type Decode = (bytes: Uint8Array) => unknown;

const DECODERS: readonly (readonly [string, Decode])[] = [
  ["a message of a namespace", (bytes) => wire.decode({ namespace: "/", node: "n" }, "t", bytes)],
  ["a question or an answer", (bytes) => wire.shared?.decode("n", "t", bytes)],
  ["a message of a node", decodeNodeMessage],
  ["a record of the log", decodeRecord],
  ["a session in the store", decodeSession],
];

const EVERYBODY = { rooms: [], except: [], flags: {} };
const NEWS = { packet: { type: 2, data: ["news", 1] }, opts: EVERYBODY };
const ORIGIN = { writer: "w", number: 1 };

/** What is right, of each kind. */
const GENUINE: readonly Uint8Array[] = [
  encodeMsgpack([1, "other", "/", MessageType.BROADCAST, NEWS]),
  encodeMsgpack([1, "other", "/", MessageType.FETCH_SOCKETS_RESPONSE, { requestId: "q", sockets: [], parts: 2 }]),
  encodeNodeMessage({ kind: "hello", id: "other", name: "abcd", isSettled: true }),
  encodeNodeMessage({ kind: "direct", id: "other", channel: "c", bytes: Uint8Array.of(1) }),
  encodeRecord(ORIGIN, { kind: "event", rooms: ["r"], except: [], compress: true, data: ["news"] }),
  encodeRecord(ORIGIN, { kind: "taken", sid: "s", fence: 1 }),
  encodeSession({
    sid: "s",
    cameBehind: "m-1",
    rooms: new Map([["r", "m-2"]]),
    past: new PastStays([{ room: "l", behind: "m-1", upTo: "m-2" }]),
    data: Uint8Array.of(1),
  }),
];

/** A genuine message of which some bytes are others, or are missing, or come twice. */
const spoilt = fc
  .tuple(fc.constantFrom(...GENUINE), fc.array(fc.tuple(fc.nat(64), fc.nat(255)), { maxLength: 4 }), fc.nat(64))
  .map(([bytes, changes, end]) => {
    const changed = [...bytes, ...bytes].slice(0, end);
    for (const [at, byte] of changes) if (at < changed.length) changed[at] = byte;
    return Uint8Array.from(changed);
  });

/** Lists of the right length with anything in them. */
const shaped = fc
  .tuple(fc.constantFrom(1, 2, 99), fc.array(fc.anything({ withBigInt: false }), { maxLength: 6 }))
  .map(([first, rest]) => written([first, ...rest]));

/** What has no form in MessagePack is as good as no message. */
function written(value: unknown): Uint8Array {
  try {
    return encodeMsgpack(value);
  } catch {
    return Uint8Array.of(0xc1);
  }
}

/** The error that something throws; undefined where it throws none. */
function errorOf(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}

const isRefusal = (error: unknown): boolean => error === undefined || error instanceof SyntaxError;

describe.each(DECODERS)("%s", (_, decode) => {
  it(
    "is read or refused, whatever its bytes are",
    () => {
      fc.assert(
        fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), spoilt, shaped), (bytes) => {
          expect(isRefusal(errorOf(() => decode(bytes)))).toBe(true);
        }),
        { seed: 28, numRuns: 1_000 },
      );
    },
    PATIENCE_MS,
  );

  it.each([
    ["a list", [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ["a map", [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ["a text", [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ["bytes", [0xc6, 0xff, 0xff, 0xff, 0xff]],
    ["an extension", [0xc9, 0xff, 0xff, 0xff, 0xff, 1]],
    ["a list in a list", [0x92, 1, 0xdd, 0xff, 0xff, 0xff, 0xff]],
  ])("is refused where %s says that it has four thousand million parts", (__, head) => {
    expect(errorOf(() => decode(Uint8Array.from([...head, 1, 2, 3])))).toBeInstanceOf(SyntaxError);
  });

  it("is refused where it is deeper than a stack", () => {
    expect(errorOf(() => decode(new Uint8Array(200_000).fill(0x91)))).toBeInstanceOf(SyntaxError);
  });
});

describe("the look at a message", () => {
  const field = fc.anything({ maxDepth: 2 });
  const data = fc.record(
    { opts: field, packet: field, requestId: field, rooms: field, sockets: field, count: field, parts: field },
    { requiredKeys: [] },
  );
  const message = fc.record({ type: fc.oneof(fc.integer({ min: 0, max: 15 }), field), uid: field, data });

  it(
    "tells what is wrong and throws nothing, whatever the message is",
    () => {
      fc.assert(
        fc.property(fc.oneof(field, message), (value) => {
          const fault = faultOf(value);
          expect(fault === undefined || fault instanceof TypeError).toBe(true);
        }),
        { seed: 28, numRuns: 2_000 },
      );
    },
    PATIENCE_MS,
  );

  it(
    "finds sockets, a count and a time that can be used, whatever an answer is",
    () => {
      fc.assert(
        fc.property(fc.oneof(field, data), (value) => {
          for (const { id, rooms } of socketsIn(value))
            expect([typeof id, Array.isArray(rooms)]).toEqual(["string", true]);
          expect(countIn(value)).toBeGreaterThanOrEqual(0);
          expect(timeoutIn(value) ?? 1).toBeGreaterThan(0);
        }),
        { seed: 28, numRuns: 1_000 },
      );
    },
    PATIENCE_MS,
  );

  it.each([
    ["a name that is longer than names are", { uid: "n".repeat(257), type: MessageType.HEARTBEAT }],
    [
      "a question whose id is",
      { uid: "n", type: MessageType.FETCH_SOCKETS, data: { ...NEWS, requestId: "q".repeat(257) } },
    ],
    [
      "an answer in more parts than there can be",
      { uid: "n", type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId: "q", parts: 1e9 } },
    ],
  ])("refuses %s", (_, given) => {
    expect(faultOf(given)).toBeInstanceOf(TypeError);
  });

  it.each([
    [{ timeout: 5 }, 5],
    [{ timeout: "5" }, undefined],
    [{ timeout: 0 }, undefined],
    [{ timeout: Number.POSITIVE_INFINITY }, undefined],
    [{ timeout: 2 ** 31 }, undefined],
    [undefined, undefined],
  ])("finds in %j the time %s", (flags, timeout) => {
    expect(timeoutIn(flags)).toBe(timeout);
  });
});
