// A cluster as the adapters of its namespaces know it, and they as it knows them.
// Place: bus adapter -> **cluster link** -> cluster

import type { AdapterSurroundings } from "../contract.ts";
import type { Bus } from "./bus.ts";
import type { ClusterMessage, ClusterResponse, NodeId } from "./message.ts";
import type { DropReason, Outbox } from "./outbox.ts";
import type { Topics } from "./topics.ts";
import type { ClusterWire } from "./wire.ts";

/** The adapter of a namespace. */
export interface LinkedAdapter {
  readonly nsp: { readonly name: string };
  /** Takes what another node has said; it has been checked. */
  take(message: ClusterMessage | ClusterResponse): void;
  /** A node has gone for good. */
  nodeGone(node: NodeId): void;
  /** @returns settles once the log has what was written to it before; nothing where there is none. */
  flushed(): Promise<void> | undefined;
}

/** What adapters ask of their cluster. */
export interface ClusterLink {
  /** As it is to be used: signed, where there is a secret. */
  readonly bus: Bus;
  readonly wire: ClusterWire;
  readonly topics: Topics;
  readonly outbox: Outbox;
  readonly requestTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly leaseMs: number;
  /** Begins with the surroundings of a server, if it has not. @returns the id of this node. */
  begin(surroundings: AdapterSurroundings): NodeId;
  /** A namespace is there. @returns as `init` of its adapter. */
  attach(adapter: LinkedAdapter): Promise<void> | undefined;
  detach(adapter: LinkedAdapter): void;
  /** Something has come over a topic of a namespace. */
  received(adapter: LinkedAdapter, topic: string, bytes: Uint8Array): void;
  /** Something will not be told on other nodes. */
  dropped(reason: DropReason, error: Error): void;
  /** The name of another node, as long as it is known. */
  nameOf(node: NodeId): string | undefined;
  /** The other nodes, as far as they are known now. */
  peers(): ReadonlySet<NodeId>;
  /** The other nodes, once there was time for all to introduce themselves. */
  allPeers(): Promise<ReadonlySet<NodeId>>;
}
