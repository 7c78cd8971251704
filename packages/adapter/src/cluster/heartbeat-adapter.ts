// A cluster adapter that knows which other servers there are: each says now and then that it lives.
// Place: adapter -> cluster adapter -> **heartbeats** -> the broker, and back the same way
//
//   unknown --any message--> known --silent for too long, or it says that it closes--> unknown, and waited for no more
//
// Rules: any message is a sign of life, and saves the next heartbeat; a newcomer is answered at once, so that it knows all
//        others without waiting for their heartbeats.

import type { Cancel } from "@bowline/protocol/internal";
import type { AdapterNamespace } from "../contract.ts";
import { ClusterAdapter } from "./cluster-adapter.ts";
import {
  type ClusterMessage,
  type ClusterResponse,
  type MessageBody,
  MessageType,
  type NodeId,
  type Offset,
} from "./message.ts";

/** How heartbeats are kept. */
export interface HeartbeatOptions {
  /** Milliseconds between two signs of life. @default 5000 */
  readonly heartbeatInterval?: number;
  /** Milliseconds of silence after which a server counts as gone. @default 10000 */
  readonly heartbeatTimeout?: number;
}

const DEFAULTS: Required<HeartbeatOptions> = { heartbeatInterval: 5_000, heartbeatTimeout: 10_000 };

/** How often silent servers are looked for, in milliseconds. */
const SWEEP_INTERVAL_MS = 1_000;

/**
 * Connects the servers of a cluster, and finds out which there are.
 *
 * A subclass publishes messages (`doPublish`, `doPublishResponse`) and hands in those of others (`onMessage`,
 * `onResponse`). A server that dies is waited for until its heartbeat is missing, and not after.
 */
export abstract class ClusterAdapterWithHeartbeat extends ClusterAdapter {
  /** When each other server was heard last, by the clock that is handed in. */
  readonly nodesMap: Map<NodeId, number> = new Map();
  readonly #options: Required<HeartbeatOptions>;
  #stopHeartbeat: Cancel | undefined;
  #stopSweep: Cancel | undefined;
  #isClosed = false;

  constructor(nsp: AdapterNamespace, options: HeartbeatOptions = {}) {
    super(nsp);
    const { heartbeatInterval, heartbeatTimeout } = options;
    this.#options = {
      heartbeatInterval: heartbeatInterval ?? DEFAULTS.heartbeatInterval,
      heartbeatTimeout: heartbeatTimeout ?? DEFAULTS.heartbeatTimeout,
    };
  }

  override init(): Promise<void> | void {
    void this.publish({ type: MessageType.INITIAL_HEARTBEAT });
  }

  override close(): Promise<void> | void {
    void this.publish({ type: MessageType.ADAPTER_CLOSE });
    this.#isClosed = true;
    this.#stopHeartbeat?.();
    this.#stopSweep?.();
    this.nodesMap.clear();
    return super.close();
  }

  override async serverCount(): Promise<number> {
    return 1 + this.nodesMap.size;
  }

  protected override received(message: ClusterMessage | ClusterResponse, offset?: Offset): void {
    if (this.#isClosed) return;
    if (message.type === MessageType.ADAPTER_CLOSE) {
      this.removeNode(message.uid);
      return;
    }
    this.nodesMap.set(message.uid, this.nsp.surroundings.clock.now());
    this.#watch();
    if (message.type === MessageType.INITIAL_HEARTBEAT) void this.publish({ type: MessageType.HEARTBEAT });
    super.received(message, offset);
  }

  protected override async respondents(): Promise<ReadonlySet<NodeId> | number> {
    return new Set(this.nodesMap.keys());
  }

  protected override publish(message: MessageBody): Promise<void> {
    this.#scheduleHeartbeat();
    return super.publish(message);
  }

  /** A server has gone: nobody waits for its answers any more. */
  protected removeNode(node: NodeId): void {
    // Who was not known is not waited for either.
    if (!this.nodesMap.delete(node)) return;
    for (const request of [...this.requests.values()]) request.gone(node);
  }

  #scheduleHeartbeat(): void {
    this.#stopHeartbeat?.();
    if (this.#isClosed) return;
    const { clock } = this.nsp.surroundings;
    this.#stopHeartbeat = clock.coarse(this.#options.heartbeatInterval, () => {
      void this.publish({ type: MessageType.HEARTBEAT });
    });
  }

  /** Looks for silent servers as long as there are any others. */
  #watch(): void {
    this.#stopSweep ??= this.nsp.surroundings.clock.coarse(SWEEP_INTERVAL_MS, () => {
      this.#stopSweep = undefined;
      this.#sweep();
    });
  }

  #sweep(): void {
    const silentSince = this.nsp.surroundings.clock.now() - this.#options.heartbeatTimeout;
    for (const [node, heardAt] of [...this.nodesMap]) if (heardAt < silentSince) this.removeNode(node);
    if (this.nodesMap.size > 0) this.#watch();
  }
}
