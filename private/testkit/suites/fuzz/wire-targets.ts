// What nodes of a cluster say to each other, under fuzzing: our wire and those of upstream's adapters for Redis.
// Place: the broker -> bus -> **wire** -> message check -> cluster adapter
// Rules: what passes the check is written and read again, to the same, by a node that is none of those before.
// Source: docs/protocol/cluster.md; docs/decisions/0028-cluster-over-a-bus.md, "Decision"

import {
  type ClusterMessage,
  type ClusterResponse,
  type ClusterWire,
  createNativeWire,
  MessageType,
} from "@bowline/adapter/cluster";
import { encodeMsgpack } from "@bowline/protocol/msgpack";
import { upstreamWire } from "@bowline/redis";
import {
  countIn,
  faultOf,
  shardedUpstreamWire,
  socketsIn,
  streamTopic,
  timeoutIn,
  upstreamStreamsWire,
} from "./hidden-decoders.ts";
import { isSame, kindOf } from "./same-value.ts";
import { bytesOf, Finding, hold, type Input, orRefusal, type Target } from "./target.ts";

const SENDER = "node-1";
const NAMESPACE = "/chat";
const OPTIONS = { rooms: ["r1"], except: ["r2"], flags: { compress: true, timeout: 500 } };
const SOCKET = { id: "zyxwvutsrqponmlkjihg", handshake: { headers: {} }, rooms: ["r1"], data: { name: "x" } };

const sender = { uid: SENDER, nsp: NAMESPACE };

/** One of each kind. */
const MESSAGES: readonly ClusterMessage[] = [
  { ...sender, type: MessageType.HEARTBEAT },
  {
    ...sender,
    type: MessageType.BROADCAST,
    data: { opts: OPTIONS, packet: { type: 2, data: ["news", 1, new Uint8Array([1, 2])] } },
  },
  {
    ...sender,
    type: MessageType.BROADCAST,
    data: { opts: OPTIONS, packet: { type: 2, data: ["ask"] }, requestId: "q1" },
  },
  { ...sender, type: MessageType.SOCKETS_JOIN, data: { opts: OPTIONS, rooms: ["r3"] } },
  { ...sender, type: MessageType.SOCKETS_LEAVE, data: { opts: OPTIONS, rooms: ["r3"] } },
  { ...sender, type: MessageType.DISCONNECT_SOCKETS, data: { opts: OPTIONS, close: true } },
  { ...sender, type: MessageType.FETCH_SOCKETS, data: { opts: OPTIONS, requestId: "q2" } },
  { ...sender, type: MessageType.SERVER_SIDE_EMIT, data: { packet: ["tick", { a: [1] }], requestId: "q3" } },
  { ...sender, type: MessageType.SERVER_SIDE_EMIT, data: { packet: ["tick"] } },
];

const RESPONSES: readonly ClusterResponse[] = [
  { ...sender, type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId: "q2", sockets: [SOCKET] } },
  { ...sender, type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId: "q2", sockets: [], count: 3, parts: 2 } },
  { ...sender, type: MessageType.SERVER_SIDE_EMIT_RESPONSE, data: { requestId: "q3", packet: "done" } },
  { ...sender, type: MessageType.BROADCAST_ACK, data: { requestId: "q1", packet: ["yes"] } },
  { ...sender, type: MessageType.BROADCAST_CLIENT_COUNT, data: { requestId: "q1", clientCount: 2 } },
];

/** A wire under test: how it reads a topic's bytes, and what it writes. */
interface WireCase {
  readonly name: string;
  readonly wire: ClusterWire;
  /** The topic that inputs are read from. */
  readonly topic: string;
  readonly more?: readonly Input[];
}

const HEARER = "node-2";
const SCOPE = { namespace: NAMESPACE, node: HEARER };

type Message = ClusterMessage | ClusterResponse;

function isResponse(message: Message): message is ClusterResponse {
  return RESPONSES.some(({ type }) => type === message.type);
}

/** What a message becomes when it is written and read again. */
function again(wire: ClusterWire, message: Message): Message | undefined {
  const sent = isResponse(message) ? wire.encodeResponse(HEARER, message) : wire.encode(message);
  const [first] = sent;
  if (first === undefined) return undefined;
  return wire.decode({ namespace: message.nsp, node: HEARER }, first.topic, Buffer.from(first.bytes));
}

/** What the cluster looks at before it believes a message. */
function look(message: Message): string {
  const fault = faultOf(message);
  const data: unknown = "data" in message ? message.data : undefined;
  hold(countIn(data) >= socketsIn(data).length || countIn(data) >= 0, "an answer with less than no sockets");
  const flags: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "opts") : undefined;
  hold((timeoutIn(flags) ?? 1) > 0, "a time that is none");
  return fault === undefined ? "" : fault.message.replaceAll(/-?\d[\d.e+-]*|-?Infinity|NaN/g, "#");
}

const isKnown = ({ type }: { readonly type: number }): boolean => type >= 1 && type <= 13;

function dataOf(message: unknown): unknown {
  return typeof message === "object" && message !== null ? Reflect.get(message, "data") : undefined;
}

function kindOfMessage(message: Message): string {
  return `kind ${isKnown(message) ? message.type : "of later versions"} ${kindOf(dataOf(message))}`;
}

function wireTarget({ name, wire, topic, more = [] }: WireCase): Target {
  const written = [
    ...MESSAGES.map((message) => wire.encode(message)),
    ...RESPONSES.map((one) => wire.encodeResponse(HEARER, one)),
  ];
  return {
    name,
    seeds: [...written.flatMap((sent) => sent.map(({ bytes }): Input => [bytes])), ...more],
    play: (input) =>
      orRefusal(() => {
        const message = wire.decode(SCOPE, topic, Buffer.from(bytesOf(input)));
        if (message === undefined) return "nobody's business";
        const fault = look(message);
        if (fault !== "") return `refused: ${fault}`;
        // Who reads is told the namespace by the topic, where the message does not say it.
        if (typeof message.nsp === "string" && isKnown(message)) {
          const first = again(wire, message);
          const second = first === undefined ? undefined : again(wire, first);
          hold(
            first === undefined || faultOf(first) === undefined,
            "a message is refused once it has been written again",
          );
          hold(isSame(dataOf(second), dataOf(first)), "a message is another one once it has been written again");
        }
        return kindOfMessage(message);
      }),
  };
}

function json(value: object): Input {
  return [Buffer.from(JSON.stringify(value))];
}

const UPSTREAM = upstreamWire();
const BASE64 = {
  encode: (bytes: Uint8Array) => Buffer.from(bytes).toString("base64"),
  decode: (text: string) => Buffer.from(text, "base64"),
};

/** Requests that only others make. */
const ELDER: readonly Input[] = [
  json({ requestid: "a", type: 0, rooms: ["r"] }),
  json({ requestid: "a", type: 1, sid: "s" }),
  json({ requestid: "a", type: 2 }),
  json({ requestid: "a", type: 3, sid: "s", room: "r" }),
  json({ requestid: "a", type: 6, sid: "s", close: true }),
  json({ requestId: "b", type: 0, rooms: ["r"] }),
  json({ requestId: "b", type: 1 }),
  // An id that no text can be made of.
  json({ requestId: { toString: 1, valueOf: 1 }, type: 1 }),
  json({ requestid: { toString: 1, valueOf: 1 }, type: 2 }),
  json({ requestId: "b", type: 2, sid: "s", room: "r" }),
  json({ requestId: "b", type: 4, sid: "s", close: true }),
];

const native = createNativeWire();

const STREAMS = upstreamStreamsWire({
  streamName: "s",
  channelPrefix: "socket.io",
  onlyPlaintext: false,
  base64: BASE64,
});

const CASES: readonly WireCase[] = [
  { name: "our wire", wire: native, topic: `bowline#all#${NAMESPACE}` },
  { name: "broadcasts of upstream's pub/sub", wire: UPSTREAM, topic: "socket.io#/chat#" },
  { name: "requests of upstream's pub/sub", wire: UPSTREAM, topic: "socket.io-request#/chat#", more: ELDER },
  { name: "responses of upstream's pub/sub", wire: UPSTREAM, topic: "socket.io-response#/chat#" },
  { name: "upstream's sharded pub/sub", wire: shardedUpstreamWire(), topic: "socket.io#/chat#" },
  { name: "upstream's streams", wire: STREAMS, topic: streamTopic("s") },
  { name: "channels of upstream's streams", wire: STREAMS, topic: "socket.io#/chat#" },
];

const sharedTarget: Target = {
  name: "our wire, for all namespaces",
  seeds: [...MESSAGES, ...RESPONSES].map(
    ({ uid, nsp, type, ...rest }): Input => [encodeMsgpack([1, uid, nsp, type, "data" in rest ? rest.data : null])],
  ),
  play: (input) =>
    orRefusal(() => {
      if (native.shared === undefined) throw new Finding("our wire has no topics for all namespaces");
      const message = native.shared.decode(HEARER, "bowline#ask", Buffer.from(bytesOf(input)));
      if (message === undefined) return "nobody's business";
      hold(typeof message.nsp === "string", "a message of no namespace");
      const fault = look(message);
      return fault === "" ? kindOfMessage(message) : `refused: ${fault}`;
    }),
};

/** All of them. */
export const WIRE_TARGETS: readonly Target[] = [...CASES.map(wireTarget), sharedTarget];
