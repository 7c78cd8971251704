// A cluster adapter that knows which other servers there are: each says now and then that it lives.
// Place: adapter -> cluster adapter -> **heartbeats** -> the broker, and back the same way
// Rules: as those of heartbeats; an adapter that is closed hears nothing more.

import type { AdapterNamespace } from "../contract.ts";
import { ClusterAdapter } from "./cluster-adapter.ts";
import { Heartbeats } from "./heartbeats.ts";
import type { ClusterMessage, ClusterResponse, MessageBody, NodeId, Offset } from "./message.ts";

/** How heartbeats are kept. */
export interface HeartbeatOptions {
  /** Milliseconds between two signs of life. @default 5000 */
  readonly heartbeatInterval?: number;
  /** Milliseconds of silence after which a server counts as gone. @default 10000 */
  readonly heartbeatTimeout?: number;
}

const DEFAULTS: Required<HeartbeatOptions> = { heartbeatInterval: 5_000, heartbeatTimeout: 10_000 };

/**
 * Connects the servers of a cluster, and finds out which there are.
 *
 * A subclass publishes messages (`doPublish`, `doPublishResponse`) and hands in those of others (`onMessage`,
 * `onResponse`). A server that dies is waited for until its heartbeat is missing, and not after.
 */
export abstract class ClusterAdapterWithHeartbeat extends ClusterAdapter {
  /** When each other server was heard last, in milliseconds in which this process was awake. */
  readonly nodesMap: Map<NodeId, number>;
  readonly #heartbeats: Heartbeats;

  constructor(nsp: AdapterNamespace, options: HeartbeatOptions = {}) {
    super(nsp);
    this.#heartbeats = new Heartbeats({
      clock: nsp.surroundings.clock,
      intervalMs: options.heartbeatInterval ?? DEFAULTS.heartbeatInterval,
      timeoutMs: options.heartbeatTimeout ?? DEFAULTS.heartbeatTimeout,
      say: (type) => void this.publish({ type }),
      gone: (node) => this.serverGone(node),
    });
    this.nodesMap = this.#heartbeats.nodes;
  }

  override init(): Promise<void> | void {
    this.#heartbeats.begin();
  }

  override close(): Promise<void> | void {
    this.#heartbeats.close();
    return super.close();
  }

  override async serverCount(): Promise<number> {
    return 1 + this.nodesMap.size;
  }

  protected override received(message: ClusterMessage | ClusterResponse, offset?: Offset): void {
    if (this.#heartbeats.heard(message)) super.received(message, offset);
  }

  protected override async respondents(): Promise<ReadonlySet<NodeId> | number> {
    return new Set(this.nodesMap.keys());
  }

  protected override publish(message: MessageBody): Promise<void> {
    this.#heartbeats.said();
    return super.publish(message);
  }

  protected override knownServers(): ReadonlySet<NodeId> {
    return new Set(this.nodesMap.keys());
  }

  /** A server has gone: nobody waits for its answers any more. */
  protected removeNode(node: NodeId): void {
    this.#heartbeats.remove(node);
  }
}
