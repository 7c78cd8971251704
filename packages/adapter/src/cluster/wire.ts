// How the messages between nodes look on a bus: topics and bytes.
// Place: cluster adapter -> **wire** -> bus -> the broker, and back the same way
// Rules: one wire for a cluster; ours is the default, others let our nodes work with those of upstream; a wire finds the fields
//        of a message, and the cluster checks what is in them before it is believed.

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

/** What a node hears for all its namespaces together. */
export interface SharedTopics {
  topics(node: NodeId): readonly string[];
  /** As `ClusterWire.decode`; of which namespace a message is it says itself. */
  decode(node: NodeId, topic: string, bytes: Uint8Array): ClusterMessage | ClusterResponse | undefined;
}

/** A way to write messages. */
export interface ClusterWire {
  /**
   * How it is known which nodes have to answer.
   *
   * `leases`: all nodes of the cluster hear every question, also those without the namespace, and the cluster knows them by
   * their leases. `heartbeats`: each namespace says now and then that it lives, by messages of this wire. A function: the
   * broker counts who has joined the topic that it gives.
   */
  readonly census: "leases" | "heartbeats" | ((namespace: string) => string);
  /** What comes in for all namespaces at once, where the wire has such topics. */
  readonly shared?: SharedTopics;
  /** The topics that a node joins for a namespace, whatever rooms it has. */
  topics(scope: WireScope): readonly string[];
  /**
   * The topic that a node joins as long as it has members of a room; undefined where those above bring it all, as for the
   * own rooms of sockets, which would have a topic each.
   */
  roomTopic(namespace: string, room: Room): string | undefined;
  /** @throws whatever data throws that cannot be written. */
  encode(message: ClusterMessage): readonly WireMessage[];
  encodeResponse(requester: NodeId, response: ClusterResponse): readonly WireMessage[];
  /**
   * @returns undefined for what is nobody's business, such as kinds of later versions, and what this node has sent itself.
   * @throws SyntaxError for what cannot be read.
   */
  decode(scope: WireScope, topic: string, bytes: Uint8Array): ClusterMessage | ClusterResponse | undefined;
}
