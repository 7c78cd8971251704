// What brokers, their logs and stores, and links between processes bring, under fuzzing.
// Place: the broker -> **log, store, link** -> cluster
// Rules: what was read is written and read again, to the same; offsets that are none stand before all others, and order is one
//        order; what was signed for something else is opened by nobody.
// Source: docs/decisions/0028-cluster-over-a-bus.md, "Decision"

import { type Bus, compareOffsets, readOffset, writeOffset } from "@bowline/adapter/cluster";
import {
  compareIds,
  decodeFrames,
  decodeNodeMessage,
  decodeRecord,
  decodeSession,
  encodeFrame,
  encodeNodeMessage,
  encodeRecord,
  encodeSession,
  entriesIn,
  idAfter,
  isId,
  OWN_RECORDS,
  PastStays,
  readKeptValue,
  readLogPayload,
  readTopicPayload,
  sealBus,
  sessionInHead,
  UPSTREAM_RECORDS,
  wholeFramesLength,
  writeBytes,
  writeKeptValue,
} from "./hidden-decoders.ts";
import { isSame, kindOf } from "./same-value.ts";
import { bytesOf, chunksOf, hold, type Input, orRefusal, refusalOf, type Target, textOf } from "./target.ts";

const BYTES = Uint8Array.of(1, 2, 3);

const nodeTarget: Target = {
  name: "message of a node",
  seeds: [
    [encodeNodeMessage({ kind: "hello", id: "node-1", name: "ab_1", isSettled: true })],
    [encodeNodeMessage({ kind: "beat", id: "node-1", name: "ab_1", isSettled: false })],
    [encodeNodeMessage({ kind: "bye", id: "node-1" })],
    [encodeNodeMessage({ kind: "direct", id: "node-1", channel: "forward", bytes: BYTES })],
  ],
  play: (input) =>
    orRefusal(() => {
      const message = decodeNodeMessage(bytesOf(input));
      if (message === undefined) return "nobody's business";
      hold(
        isSame(decodeNodeMessage(encodeNodeMessage(message)), message),
        "a message that is read again is another one",
      );
      return message.kind;
    }),
};

const ORIGIN = { writer: "node-1", number: 7 };

const recordTarget: Target = {
  name: "record of a log",
  seeds: [
    [encodeRecord(ORIGIN, { kind: "event", rooms: ["a"], except: ["b"], compress: true, data: ["news", { x: [1] }] })],
    [encodeRecord(ORIGIN, { kind: "event", rooms: [], except: [], compress: undefined, data: [5, BYTES] })],
    [encodeRecord(ORIGIN, { kind: "taken", sid: "zyxwvutsrqponmlkjihg", fence: 3 })],
  ],
  play: (input) =>
    orRefusal(() => {
      const record = decodeRecord(bytesOf(input));
      if (record === undefined) return "nobody's business";
      const { origin, body } = record;
      const again = decodeRecord(encodeRecord(origin, body));
      hold(isSame(record, again, "msgpack"), "a record that is read again is another one");
      return body.kind === "event" ? `event ${kindOf(body.data)}` : body.kind;
    }),
};

const sessionTarget: Target = {
  name: "session of a store",
  seeds: [
    [
      encodeSession({
        sid: "s1",
        cameBehind: "1-2",
        rooms: new Map([["s1", "1-2"]]),
        past: new PastStays(),
        data: undefined,
      }),
    ],
    [
      encodeSession({
        sid: "s2",
        cameBehind: "1-2",
        rooms: new Map([
          ["a", "1-3"],
          ["b", ""],
        ]),
        past: new PastStays([{ room: "c", behind: "1-2", upTo: "1-4" }], "1-2"),
        data: BYTES,
        received: "1-5",
      }),
    ],
  ],
  play: (input) =>
    orRefusal(() => {
      const session = decodeSession(bytesOf(input));
      const again = decodeSession(encodeSession(session));
      const plain = ({ rooms, past, ...rest }: typeof session) => ({
        ...rest,
        rooms: [...rooms],
        left: past.all,
        forgotten: past.forgotten,
      });
      hold(isSame(plain(again), plain(session)), "a session that is read again is another one");
      return `session ${session.rooms.size > 0 ? "in rooms" : ""} ${session.data === undefined ? "" : "with data"}`;
    }),
};

/** Whether an order says the same from both sides. */
function isOneOrder(compare: (one: string, other: string) => number, one: string, other: string): boolean {
  const [there, back] = [compare(one, other), compare(other, one)];
  return Math.sign(there) + Math.sign(back) === 0 && compare(one, one) === 0;
}

const offsetTarget: Target = {
  name: "offset of a log",
  seeds: [
    ["1-2", "1-3"],
    ["zz-10", "zz-z"],
    ["kv8j2k-1a", "kv8j2k-1b"],
    ["", "0-0"],
    ["zzzzzzzzzzz-1", "1-zzzzzzzzzzz"],
  ],
  weight: 2,
  play(input) {
    const [one, other = ""] = input.map((message) => textOf([message]));
    const position = readOffset(one ?? "");
    if (position !== undefined) {
      hold(isSame(readOffset(writeOffset(position)), position), "an offset that is read again is another one");
      hold(compareOffsets("", one ?? "") < 0, "what is no offset stands behind one");
    }
    hold(isOneOrder(compareOffsets, one ?? "", other), "offsets have two orders");
    return position === undefined ? "no offset" : "offset";
  },
};

const idTarget: Target = {
  name: "id of a stream",
  seeds: [
    ["1700000000000-3", "1700000000000-4"],
    ["0-0", "0-1"],
    ["", "1-1"],
    ["999999999999999-1", "1-999999999999999"],
  ],
  weight: 2,
  play(input) {
    const [one = "", other = ""] = input.map((message) => textOf([message]));
    hold(isOneOrder(compareIds, one, other), "ids have two orders");
    const next = idAfter(one);
    if (isId(one) && isId(next)) hold(compareIds(one, next) < 0, "the id behind another one stands before it");
    const [record, none] = entriesIn(
      [
        [one, ["d", bytesOf([other])]],
        [Buffer.from(one), [other, one]],
      ],
      OWN_RECORDS,
    );
    hold(record?.bytes !== undefined, "a record of a stream is none");
    hold(none?.bytes === undefined, "an entry of a stream is a record that it is not");
    const upstream = entriesIn(
      [[one, ["uid", one, "nsp", other, "type", "3", "data", Buffer.from(other)]]],
      UPSTREAM_RECORDS,
    );
    hold(upstream[0]?.bytes !== undefined, "a record of upstream's is none");
    return isId(one) ? "id" : "no id";
  },
};

const payloadTarget: Target = {
  name: "notification of PostgreSQL",
  seeds: [[writeBytes(35, "AQID")], [writeBytes(0, "")], ["t123"], ["12-34"], ["12-34:AQID"], ["1764331200000-1:////"]],
  weight: 2,
  play(input) {
    const text = textOf(input);
    const topic = readTopicPayload(text);
    const log = readLogPayload(text);
    for (const base64 of [topic?.kind === "bytes" ? topic.base64 : "", log?.base64 ?? ""])
      hold(/^[A-Za-z0-9+/]*={0,2}$/.test(base64), "base64 with other characters");
    hold(
      log === undefined || (Number.isFinite(log.epoch) && Number.isFinite(log.seq)),
      "a place in the log that is none",
    );
    return `${topic?.kind ?? "no"} ${log === undefined ? "no" : "log"}`;
  },
};

const keptTarget: Target = {
  name: "kept value of NATS",
  seeds: [
    [writeKeptValue({ value: BYTES, fence: 3, expiresAtMs: 1_764_331_200_000 })],
    [writeKeptValue({ value: undefined, fence: 4, expiresAtMs: 1_764_331_200_000 })],
  ],
  weight: 2,
  play(input) {
    const kept = readKeptValue(bytesOf(input));
    if (kept === undefined) return "no value";
    hold(isSame(readKeptValue(writeKeptValue(kept)), kept), "a value that is read again is another one");
    return kept.value === undefined ? "a fence" : "a value";
  },
};

const LONGEST_FRAME = 2048;

/** What a link reads of chunks: frames, and what it refuses. */
function readLink(chunks: readonly Uint8Array[]): { frames: unknown[]; end: string } {
  const frames: unknown[] = [];
  let rest: Uint8Array = new Uint8Array(0);
  try {
    for (const chunk of chunks) {
      rest = Buffer.concat([rest, chunk]);
      const whole = wholeFramesLength(rest, LONGEST_FRAME);
      for (const frame of decodeFrames(rest.subarray(0, whole))) frames.push(frame);
      rest = rest.subarray(whole);
    }
  } catch (error) {
    return { frames, end: refusalOf(error) };
  }
  return { frames, end: rest.length > 0 ? "cut off" : "" };
}

const linkTarget: Target = {
  name: "frames of a link",
  seeds: [
    [encodeFrame(1, 1, 3)],
    [encodeFrame(2, "topic", BYTES)],
    [Buffer.concat([encodeFrame(7, "log", ""), encodeFrame(34, "5", 1), encodeFrame(40)])],
    [encodeFrame(36, "a\u20ac", new Uint8Array(300))],
  ],
  play(input, random) {
    const bytes = bytesOf(input);
    const whole = readLink([bytes]);
    const chunked = readLink(chunksOf(bytes, random));
    if (whole.end.startsWith("refused")) {
      // In one chunk a length that is too much is seen before the frames in front of it are read.
      const begun = chunked.frames.slice(0, whole.frames.length);
      hold(chunked.end.startsWith("refused") && isSame(whole.frames, begun), "chunks decide what is refused");
    } else hold(isSame(chunked, whole), "a link gives something else in other chunks");
    const [first] = decodeOne(bytes);
    if (first !== undefined) {
      const again = decodeOne(encodeFrame(2, ...first.fields));
      hold(isSame(again[0]?.fields, first.fields), "a frame that is read again is another one");
    }
    return `${whole.frames.length === 0 ? "no" : "some"} frames ${first === undefined ? "" : kindOf(first.fields)} ${whole.end}`;
  },
};

/** The first frame, where it can be read. */
function decodeOne(bytes: Uint8Array): ReturnType<typeof decodeFrames> extends Iterable<infer Frame> ? Frame[] : never {
  try {
    for (const frame of decodeFrames(bytes)) return [frame];
  } catch (error) {
    refusalOf(error);
  }
  return [];
}

const headTarget: Target = {
  name: "session in a request's head",
  seeds: [
    ["GET /socket.io/?EIO=4&transport=polling&sid=abc-_1 HTTP/1.1\r\nHost: x\r\n"],
    ["POST /?sid=&sid=x HTTP/1.0\n"],
    ["\u0016\u0003\u0001"],
    ["GET "],
  ],
  weight: 1,
  play(input) {
    const session = sessionInHead(textOf(input));
    hold(session === undefined || /^[\w-]{0,64}$/.test(session), "a session with other characters");
    if (session === undefined) return "more is wanted";
    return session === "" ? "no session" : "session";
  },
};

/** A bus that gives back what is said on one topic, signed. */
function sealed(): { sign(bytes: Uint8Array): Uint8Array; open(bytes: Uint8Array): Uint8Array | undefined } {
  let published: Uint8Array = new Uint8Array(0);
  let receive: (bytes: Uint8Array) => void = () => undefined;
  let opened: Uint8Array | undefined;
  const bus: Bus = {
    maxMessageBytes: 1e6,
    status: "up",
    onStatus: () => () => undefined,
    publish: async (_topic, bytes) => {
      published = bytes;
    },
    join: async (_topic, given) => {
      receive = given;
      return async () => undefined;
    },
    close: async () => undefined,
  };
  const signed = sealBus(bus, "secret", () => undefined);
  void signed.join("topic", (bytes) => {
    opened = bytes;
  });
  return {
    sign(bytes) {
      void signed.publish("topic", bytes);
      return published;
    },
    open(bytes) {
      opened = undefined;
      receive(bytes);
      return opened;
    },
  };
}

const seal = sealed();
const SIGNED: readonly Uint8Array[] = [BYTES, new Uint8Array(0), new Uint8Array(100)].map((bytes) => seal.sign(bytes));

const sealTarget: Target = {
  name: "signed message",
  seeds: SIGNED.map((bytes): Input => [bytes]),
  weight: 1,
  play(input) {
    const bytes = bytesOf(input);
    const opened = seal.open(bytes);
    if (opened === undefined) return "refused";
    hold(isSame(seal.sign(opened), bytes), "what was not signed is opened");
    return "opened";
  },
};

/** All of them. */
export const STORE_TARGETS: readonly Target[] = [
  nodeTarget,
  recordTarget,
  sessionTarget,
  offsetTarget,
  idTarget,
  payloadTarget,
  keptTarget,
  linkTarget,
  headTarget,
  sealTarget,
];
