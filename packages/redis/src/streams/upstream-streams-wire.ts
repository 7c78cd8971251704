// The wire of @socket.io/redis-streams-adapter: what nobody answers goes to a stream, questions and answers over channels.
// Place: cluster adapter -> **wire** -> streams bus -> Redis, and back the same way
// Rules: one stream for all namespaces; nodes are counted by who hears the channel of a namespace.
// Source: docs/protocol/cluster.md, "Upstream's streams"

import { type ClusterMessage, type ClusterResponse, MessageType } from "@bowline/adapter";
import type { ClusterWire, WireMessage } from "@bowline/adapter/cluster";
import { bodyOf, shardedUpstreamWire } from "../sharded-wire.ts";
import { MSGPACK } from "../wire-bytes.ts";
import { type Base64, decodeRecord, encodeRecord, type UpstreamRecord } from "./upstream-records.ts";

/** How the stream and the channels are named. */
export interface UpstreamStreamsWireOptions {
  readonly streamName: string;
  readonly channelPrefix: string;
  readonly onlyPlaintext: boolean;
  readonly base64: Base64;
}

/** The name of the topic that is the stream; no channel begins so. */
export const streamTopic = (streamName: string): string => `stream ${streamName}`;

function asMessage(value: object): ClusterMessage | ClusterResponse;
function asMessage(value: object): unknown {
  return value;
}

/** What goes to the stream; undefined for a message that does not. */
function streamedIn(message: ClusterMessage): UpstreamRecord | undefined {
  switch (message.type) {
    case MessageType.BROADCAST:
      return message.data.requestId === undefined ? message : undefined;
    case MessageType.SOCKETS_JOIN:
    case MessageType.SOCKETS_LEAVE:
    case MessageType.DISCONNECT_SOCKETS:
      return message;
    default:
      return undefined;
  }
}

/** Makes the wire. */
export function upstreamStreamsWire(options: UpstreamStreamsWireOptions): ClusterWire {
  const { streamName, channelPrefix, onlyPlaintext, base64 } = options;
  const channels = shardedUpstreamWire({ channelPrefix, subscriptionMode: "static" });
  const stream = streamTopic(streamName);

  function encode(message: ClusterMessage): readonly WireMessage[] {
    const body = bodyOf(message);
    const streamed = streamedIn(body);
    if (streamed !== undefined) return [{ topic: stream, bytes: encodeRecord(streamed, base64, onlyPlaintext) }];
    // Its nodes read nothing but MessagePack there.
    return channels.encode(message).map(({ topic }) => ({ topic, bytes: MSGPACK.encode(body) }));
  }

  return {
    census: channels.census,
    topics: (scope) => [...channels.topics(scope), stream],
    roomTopic: () => undefined,
    encode,
    encodeResponse: (requester, response) =>
      channels.encodeResponse(requester, response).map(({ topic }) => ({ topic, bytes: MSGPACK.encode(response) })),
    decode(scope, topic, bytes) {
      if (topic !== stream) return channels.decode(scope, topic, bytes);
      const record = decodeRecord(bytes, scope.namespace, base64);
      return record === undefined ? undefined : asMessage(record);
    },
  };
}
