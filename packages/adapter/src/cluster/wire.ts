// How the messages between nodes look on a bus: topics and bytes.
// Place: cluster adapter -> **wire** -> bus -> the broker, and back the same way
// Rules: one wire for a cluster; ours is the default, others let our nodes work with those of upstream; whatever comes in is
//        checked before it is believed.

import type { Room } from "../contract.ts";
import type { ClusterMessage, ClusterResponse, NodeId } from "./message.ts";

/** Bytes on their way to a topic. */
export interface WireMessage {
  readonly topic: string;
  readonly bytes: Uint8Array;
}

/** Whom a node hears for one namespace. */
export interface WireScope {
  readonly namespace: string;
  readonly node: NodeId;
}

/** A way to write messages. */
export interface ClusterWire {
  /**
   * How it is known which nodes there are: they say so by heartbeats, or the broker counts who has joined the topic `census`.
   */
  readonly census: "heartbeats" | ((namespace: string) => string);
  /** The topics that a node joins for a namespace, whatever rooms it has. */
  topics(scope: WireScope): readonly string[];
  /** The topic that a node joins as long as it has members of a room; undefined where those above bring it all. */
  roomTopic(namespace: string, room: Room): string | undefined;
  /** @throws whatever data throws that cannot be written. */
  encode(message: ClusterMessage): readonly WireMessage[];
  encodeResponse(requester: NodeId, response: ClusterResponse): readonly WireMessage[];
  /**
   * @returns undefined for what is nobody's business, such as kinds of later versions.
   * @throws SyntaxError for what cannot be read.
   */
  decode(scope: WireScope, topic: string, bytes: Uint8Array): ClusterMessage | ClusterResponse | undefined;
}
