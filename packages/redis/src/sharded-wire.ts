// The wire of the sharded adapter of @socket.io/redis-adapter: messages of the cluster, and a channel for each room.
// Place: cluster adapter -> **wire** -> bus -> Redis, and back the same way
// Rules: what is for one room goes to that room's channel, and to no node without members of it; requests go to all.
// Source: docs/protocol/cluster.md, "Upstream's sharded pub/sub"

import { type ClusterMessage, type ClusterResponse, MessageType } from "@bowline/adapter";
import type { ClusterWire, WireMessage } from "@bowline/adapter/cluster";
import { memberOf } from "./foreign-values.ts";
import { MSGPACK, readValue, writeValue } from "./wire-bytes.ts";

/**
 * Which rooms have channels of their own.
 *
 * `static`: none. `dynamic`: all but those of single sockets. `dynamic-private`: those as well.
 */
export type SubscriptionMode = "static" | "dynamic" | "dynamic-private";

/** How the channels are named and used. */
export interface ShardedWireOptions {
  /** What all channels begin with. @default "socket.io" */
  readonly channelPrefix?: string;
  /** Which rooms have channels of their own; the same on all nodes. @default "dynamic" */
  readonly subscriptionMode?: SubscriptionMode;
}

/** Upstream takes every room with so long a name for that of a single socket. */
const ID_LENGTH = 20;

const MODES: ReadonlySet<unknown> = new Set<SubscriptionMode>(["static", "dynamic", "dynamic-private"]);

function asMessage(value: unknown): ClusterMessage | ClusterResponse;
function asMessage(value: unknown): unknown {
  return value;
}

/** A message without the namespace of its packet, which it names itself. */
export function bodyOf(message: ClusterMessage): ClusterMessage {
  if (message.type !== MessageType.BROADCAST) return message;
  const { type, data } = message.data.packet;
  return { ...message, data: { ...message.data, packet: { type, data } } };
}

/**
 * Makes the wire that nodes with the sharded adapter of @socket.io/redis-adapter 8 understand.
 * @param options those that the other nodes have as well.
 * @throws TypeError for a mode that there is not.
 * @example
 * const wire = shardedUpstreamWire({ channelPrefix: "chat" });
 * console.log(wire.roomTopic("/", "lobby")); // prints: chat#/#lobby#
 */
export function shardedUpstreamWire(options: ShardedWireOptions = {}): ClusterWire {
  const { channelPrefix = "socket.io", subscriptionMode = "dynamic" } = options;
  if (!MODES.has(subscriptionMode)) {
    const modes = [...MODES].join('", "');
    throw new TypeError(
      `Cannot use the option subscriptionMode "${String(subscriptionMode)}": it is one of "${modes}"`,
    );
  }
  const channelOf = (namespace: string): string => `${channelPrefix}#${namespace}#`;

  function roomTopic(namespace: string, room: string): string | undefined {
    if (subscriptionMode === "static") return undefined;
    if (subscriptionMode === "dynamic" && room.length === ID_LENGTH) return undefined;
    return `${channelOf(namespace)}${room}#`;
  }

  function topicOf(message: ClusterMessage): string {
    const { nsp } = message;
    if (message.type !== MessageType.BROADCAST || message.data.requestId !== undefined) return channelOf(nsp);
    const [room, ...others] = message.data.opts.rooms;
    if (room === undefined || others.length > 0) return channelOf(nsp);
    return roomTopic(nsp, room) ?? channelOf(nsp);
  }

  return {
    census: channelOf,
    topics: ({ namespace, node }) => [channelOf(namespace), `${channelOf(namespace)}${node}#`],
    roomTopic,
    encode(message): readonly WireMessage[] {
      switch (message.type) {
        case MessageType.INITIAL_HEARTBEAT:
        case MessageType.HEARTBEAT:
        case MessageType.ADAPTER_CLOSE:
          // Nodes are counted by who hears the channel of the namespace.
          return [];
        default:
          return [{ topic: topicOf(message), bytes: writeValue(bodyOf(message), MSGPACK) }];
      }
    },
    encodeResponse: (requester, response) => [
      { topic: `${channelOf(response.nsp)}${requester}#`, bytes: writeValue(response, MSGPACK) },
    ],
    decode(_scope, _topic, bytes) {
      const read = readValue(bytes, MSGPACK);
      if (typeof memberOf(read, "type") !== "number") {
        throw new SyntaxError("Cannot read a message of the sharded @socket.io/redis-adapter: it has no type");
      }
      return asMessage(read);
    },
  };
}
