// The wire of @socket.io/redis-streams-adapter, its entries, and the bus one of whose topics is a stream.
import { type ClusterMessage, MessageType } from "@bowline/adapter";
import type { Bus, BusLog, LogFollower } from "@bowline/adapter/cluster";
import { decodeUtf8, encodeUtf8 } from "@bowline/protocol/internal";
import { decodeMsgpack, encodeMsgpack } from "@bowline/protocol/msgpack";
import { expect, test } from "vitest";
import { StreamTopicBus } from "./stream-topic-bus.ts";
import { UPSTREAM_RECORDS } from "./upstream-records.ts";
import { streamTopic, upstreamStreamsWire } from "./upstream-streams-wire.ts";

const base64 = {
  encode: (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64"),
  decode: (text: string): Uint8Array => Buffer.from(text, "base64"),
};
const names = { streamName: "s", channelPrefix: "c", base64 };
const wire = upstreamStreamsWire({ ...names, onlyPlaintext: false });
const scope = { namespace: "/", node: "n1" };
const opts = { rooms: ["r"], except: [], flags: {} };
const from = { uid: "n2", nsp: "/" };
const stream = streamTopic("s");

const broadcast = (data: readonly unknown[], requestId?: string): ClusterMessage => ({
  ...from,
  type: MessageType.BROADCAST,
  data: { packet: { type: 2, data, nsp: "/" }, opts, ...(requestId === undefined ? {} : { requestId }) },
});

function asMessage(value: object): ClusterMessage;
function asMessage(value: object): unknown {
  return value;
}

/** What an entry has in it. */
function entryOf(message: ClusterMessage, by = wire): { topic: string; fields: unknown[] } {
  const [sent] = by.encode(message);
  return { topic: sent?.topic ?? "", fields: [...UPSTREAM_RECORDS.write(sent?.bytes ?? new Uint8Array())] };
}

const asBytes = (fields: readonly unknown[]): Uint8Array[] => fields.map((field) => encodeUtf8(String(field)));

test("what nobody answers is an entry with four fields, JSON or MessagePack in base64, and read as it was", () => {
  const packets = [broadcast(["news", 1]), broadcast(["news", Uint8Array.of(1, 2)])];
  const kinds = [MessageType.SOCKETS_JOIN, MessageType.SOCKETS_LEAVE, MessageType.DISCONNECT_SOCKETS];
  const requests = kinds.map((type) => asMessage({ ...from, type, data: { opts, rooms: ["a"], close: true } }));
  for (const message of [...packets, ...requests]) {
    const { topic, fields } = entryOf(message);
    expect([topic, fields[1], fields[3], fields[5]]).toEqual([stream, "n2", "/", String(message.type)]);
    const bytes = UPSTREAM_RECORDS.read(asBytes(fields)) ?? new Uint8Array();
    expect(wire.decode(scope, stream, bytes)).toMatchObject({ ...from, type: message.type, data: { opts } });
    expect(wire.decode({ ...scope, namespace: "/other" }, stream, bytes)).toBeUndefined();
  }
  const texts = packets.map((message) => String(entryOf(message).fields[7]));
  expect(texts[0]).toBe('{"packet":{"type":2,"data":["news",1]},"opts":{"rooms":["r"],"except":[],"flags":{}}}');
  expect(decodeMsgpack(base64.decode(texts[1] ?? ""))).toMatchObject({
    packet: { data: ["news", Uint8Array.of(1, 2)] },
  });
});

test("where no event has bytes nobody looks", () => {
  const plain = upstreamStreamsWire({ ...names, onlyPlaintext: true });
  expect(entryOf(broadcast(["news", Number.NaN]), plain).fields[7]).toContain('["news",null]');
});

test("what is answered, and the answers, are MessagePack over channels", () => {
  const [asked] = wire.encode(broadcast(["ask"], "q"));
  const answer = { ...from, type: MessageType.BROADCAST_CLIENT_COUNT, data: { requestId: "q", clientCount: 1 } };
  const [answered] = wire.encodeResponse("n1", answer);
  expect([asked?.topic, answered?.topic, wire.roomTopic("/", "r")]).toEqual(["c#/#", "c#/#n1#", undefined]);
  expect(decodeMsgpack(asked?.bytes ?? new Uint8Array())).toEqual({
    ...from,
    type: 3,
    data: { packet: { type: 2, data: ["ask"] }, opts, requestId: "q" },
  });
  expect(wire.decode(scope, "c#/#n1#", answered?.bytes ?? new Uint8Array())).toEqual(answer);
  expect(wire.topics(scope)).toEqual(["c#/#", "c#/#n1#", stream]);
  expect(wire.encode(asMessage({ ...from, type: MessageType.HEARTBEAT }))).toEqual([]);
});

test("an entry that lacks a field is no record, and data that cannot be read is a SyntaxError", () => {
  expect(UPSTREAM_RECORDS.read(["uid", "n2", "nsp", "/", "type", "3"])).toBeUndefined();
  expect(UPSTREAM_RECORDS.read(["uid", 1, "nsp", "/", "type", "3", "data", "{}"])).toBeUndefined();
  const read = (data: string): unknown =>
    wire.decode(
      scope,
      stream,
      UPSTREAM_RECORDS.read(["uid", "n2", "nsp", "/", "type", "3", "data", data]) ?? encodeMsgpack(1),
    );
  for (const data of ["{", "wQ==", ""]) expect(() => read(data)).toThrow(SyntaxError);
  expect(read("{}")).toEqual({ ...from, type: 3, data: {} });
});

test("a bus has one topic that is a stream, and tells what has gone from it unread", async () => {
  const log: string[] = [];
  const warned: string[] = [];
  let follower: LogFollower | undefined;
  const leave = async (): Promise<void> => void log.push("leave");
  const inner: Bus & { readonly log: BusLog } = {
    maxMessageBytes: 10,
    status: "up",
    onStatus: () => () => undefined,
    publish: async (topic) => void log.push(`publish ${topic}`),
    join: async (topic) => {
      log.push(`join ${topic}`);
      return leave;
    },
    close: async () => void log.push("close"),
    log: {
      append: async (topic) => {
        log.push(`append ${topic}`);
        return "1-0";
      },
      follow: async (topic, told) => {
        log.push(`follow ${topic}`);
        follower = told;
        return { from: "0-0", leave };
      },
      read: async function* () {},
      reaches: async () => false,
      compare: () => 0,
    },
  };
  const surroundings = { after: () => () => undefined, warn: (code: string) => void warned.push(code) };
  const bus = new StreamTopicBus(inner, stream, surroundings);
  const got: string[] = [];
  await bus.join(stream, (bytes) => got.push(decodeUtf8(bytes)));
  await (await bus.join("t", () => undefined))();
  await bus.publish(stream, encodeUtf8("a"));
  await bus.publish("t", encodeUtf8("b"));
  follower?.entry({ offset: "1-0", bytes: encodeUtf8("a") });
  follower?.gap();
  const stop = bus.onStatus(() => undefined);
  stop();
  expect([bus.status, bus.maxMessageBytes, await bus.subscribers("t")]).toEqual(["up", 10, 0]);
  await bus.close();
  expect([got, warned]).toEqual([["a"], ["BOWLINE_BUS_MESSAGE_LOST"]]);
  expect(log).toEqual(["follow stream s", "join t", "leave", "append stream s", "publish t", "close"]);
});
