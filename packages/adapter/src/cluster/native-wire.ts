// Our own wire: messages in MessagePack, a topic for each namespace and each room of several.
// Place: cluster adapter -> **wire** -> bus -> the broker, and back the same way
// Rules: what all nodes have to answer goes to all of them, whatever namespaces they have; what is for one room goes to that
//        room's topic, everything else to the namespace's; a topic is of one prefix, one namespace and one room, however
//        their names are written; what a node has sent itself is left alone without being read.
// Source: docs/decisions/0028-cluster-over-a-bus.md, "Decision"

import { elementsOf } from "@bowline/protocol/internal";
import { decodeMsgpack, encodeMsgpack } from "@bowline/protocol/msgpack";
import type { Room } from "../contract.ts";
import { type ClusterMessage, type ClusterResponse, MessageType, type NodeId } from "./message.ts";
import type { ClusterWire, WireMessage } from "./wire.ts";

/** How our wire writes. */
export interface NativeWireOptions {
  /** Keeps clusters apart that share a broker; without `#`. @default "bowline" */
  readonly prefix?: string;
}

/** The prefix of clusters that name none. */
export const DEFAULT_PREFIX = "bowline";

/** The first element of every message: another number is a later version's, and nobody's business here. */
const VERSION = 1;

/** What ids of sockets look like, whose own rooms nobody else is in as a rule: each would be a topic. */
const SOCKET_ID = /(?:^|#)[\w-]{20}$/;

/**
 * Checks what keeps the topics of a cluster apart from others.
 * @throws TypeError where it could not.
 */
export function checkPrefix(prefix: string): string {
  if (prefix !== "" && !prefix.includes("#")) return prefix;
  throw new TypeError(`Cannot use the prefix "${prefix}": give a text that is not empty and has no "#"`);
}

/** Which fields of a message travel, and how: those that a topic tells are left out. */
function toWire(message: ClusterMessage | ClusterResponse): Uint8Array {
  const { uid, nsp, type } = message;
  return encodeMsgpack([VERSION, uid, nsp, type, "data" in message ? message.data : null]);
}

function fromWire(bytes: Uint8Array): unknown {
  const read = decodeMsgpack(bytes);
  if (!Array.isArray(read)) throw new SyntaxError("Cannot decode the message: it is no list");
  const [version, uid, nsp, type, data] = elementsOf(read);
  if (version !== VERSION) return undefined;
  if (typeof nsp !== "string")
    throw new SyntaxError("Cannot decode the message: it does not say of which namespace it is");
  return { uid, nsp, type, data };
}

/** The fields are where those of a message are; the cluster looks at what is in them before it believes it. */
function decode(bytes: Uint8Array): ClusterMessage | ClusterResponse | undefined;
function decode(bytes: Uint8Array): unknown {
  return fromWire(bytes);
}

/** The bytes that every message of a node begins with. */
function headOf(node: NodeId): Uint8Array {
  const head = encodeMsgpack([VERSION, node, "", 0, null]);
  // Behind the name of the node stand an empty text, a number and nothing: a byte each.
  return head.slice(0, head.length - 3);
}

function beginsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  if (bytes.length < head.length) return false;
  for (let at = 0; at < head.length; at++) if (bytes[at] !== head[at]) return false;
  return true;
}

/** Whether all nodes have to answer a message. */
function isQuestion(message: ClusterMessage): boolean {
  switch (message.type) {
    case MessageType.FETCH_SOCKETS:
      return true;
    case MessageType.BROADCAST:
    case MessageType.SERVER_SIDE_EMIT:
      return message.data.requestId !== undefined;
    default:
      return false;
  }
}

/** The one room that a message is for; undefined where it is for none, or for several. */
function onlyRoomOf(message: ClusterMessage): Room | undefined {
  switch (message.type) {
    case MessageType.BROADCAST:
    case MessageType.SOCKETS_JOIN:
    case MessageType.SOCKETS_LEAVE:
    case MessageType.DISCONNECT_SOCKETS: {
      const { rooms } = message.data.opts;
      return rooms.length === 1 ? rooms[0] : undefined;
    }
    default:
      return undefined;
  }
}

/**
 * Makes our own wire, for `createCluster` and emitters; they make it by themselves where they are given no other.
 * @throws TypeError when the prefix could not keep clusters apart.
 */
export function createNativeWire({ prefix = DEFAULT_PREFIX }: NativeWireOptions = {}): ClusterWire {
  checkPrefix(prefix);
  const questions = `${prefix}#ask`;
  const answers = (node: NodeId): string => `${prefix}#answer#${node}`;
  const namespaceTopic = (namespace: string): string => `${prefix}#all#${namespace}`;
  const roomTopic = (namespace: string, room: Room): string | undefined =>
    // A comma ends a namespace's name wherever it stands, so that no name has one.
    SOCKET_ID.test(room) ? undefined : `${prefix}#room#${namespace},${room}`;
  const heads = new Map<NodeId, Uint8Array>();
  const isOwn = (node: NodeId, bytes: Uint8Array): boolean => {
    let head = heads.get(node);
    if (head === undefined) {
      head = headOf(node);
      heads.set(node, head);
    }
    return beginsWith(bytes, head);
  };
  const topicOf = (message: ClusterMessage): string => {
    if (isQuestion(message)) return questions;
    const room = onlyRoomOf(message);
    const topic = room === undefined ? undefined : roomTopic(message.nsp, room);
    return topic ?? namespaceTopic(message.nsp);
  };
  return {
    census: "leases",
    shared: {
      topics: (node) => [questions, answers(node)],
      decode: (node, _topic, bytes) => (isOwn(node, bytes) ? undefined : decode(bytes)),
    },
    topics: ({ namespace }) => [namespaceTopic(namespace)],
    roomTopic,
    encode: (message): readonly WireMessage[] => [{ topic: topicOf(message), bytes: toWire(message) }],
    encodeResponse: (requester, response) => [{ topic: answers(requester), bytes: toWire(response) }],
    decode: ({ node }, _topic, bytes) => (isOwn(node, bytes) ? undefined : decode(bytes)),
  };
}
