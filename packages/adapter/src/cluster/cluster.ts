// A node of a cluster: its name, its lease, the other nodes, and the way from the namespaces to the bus.
// Place: server -> **cluster** -> wire -> bus, and cluster adapters over it
//
//   made --a server is there--> begun: topics joined, then hello --closed--> goodbye, topics left, bus closed
//
// Rules: one server to a cluster; nothing a broker does or brings ends a process, or costs clients of this node anything;
//        what cannot be read is refused, counted, and told once.
// Source: docs/decisions/0028-cluster-over-a-bus.md, "Decision"

import type { AdapterFactory, AdapterNamespace, AdapterSurroundings } from "../contract.ts";
import type { Bus, BusStatus } from "./bus.ts";
import type { BusAdapter } from "./bus-adapter.ts";
import { createBusAdapter, type RecoverySettings } from "./choose-adapter.ts";
import type { ClusterLink, LinkedAdapter } from "./cluster-link.ts";
import { type ClusterOptions, resolveClusterOptions } from "./cluster-options.ts";
import { ClusterReports } from "./cluster-reports.ts";
import type { NodeId } from "./message.ts";
import { type DirectReceiver, NodeLife } from "./node-life.ts";
import { type DropReason, Outbox } from "./outbox.ts";
import { Reception } from "./reception.ts";
import { Topics } from "./topics.ts";
import type { ClusterWire } from "./wire.ts";
import { within } from "./within.ts";

/** What a node counts. */
export interface ClusterCounters {
  /** Messages that never reached the broker: it was away, or took too long, or they were too large. */
  readonly dropped: number;
  /** What came from the broker and was not believed. */
  readonly refused: number;
}

/** A server as a node among others. */
export interface Cluster {
  /** The name of this node: the first four characters of the session ids that it gives. @throws TypeError before a server is there. */
  readonly name: string;
  /** Makes the adapter of a namespace; servers take it by the option `cluster`. */
  readonly adapter: AdapterFactory["create"];
  /** The names of the other nodes that are alive. */
  readonly nodes: readonly string[];
  /** How this node stands with the broker. */
  readonly status: BusStatus;
  readonly counters: ClusterCounters;
  /** The bus as it is used: signed, where there is a secret. */
  readonly bus: Bus;
  readonly wire: ClusterWire;
  /** Tells of each change of `status`. @returns what ends that. */
  onStatus(listener: (status: BusStatus) => void): () => void;
  /** Tells when another node has gone: it said so, or its lease has ended. @returns what ends that. */
  onGone(listener: (node: string) => void): () => void;
  /**
   * Sends bytes to one node, in order.
   * @param node its name.
   * @param kind what they are: the receiver of that kind gets them.
   * @returns settles when the broker has them.
   * @throws Error (as a rejection) when there is no such node, or the broker cannot take them, or says nothing for ten seconds.
   */
  send(node: string, kind: string, bytes: Uint8Array): Promise<void>;
  /**
   * Takes what other nodes send of a kind; one receiver for each.
   * @param receiver what it throws is told in a warning.
   * @returns what ends that.
   */
  receive(kind: string, receiver: (bytes: Uint8Array, from: string) => void): () => void;
  /**
   * Tells when what this node has emitted until now survives it: a handler that answers after that answers for certain.
   * While the broker is away it does not settle, but for what will never reach it, which is counted as dropped.
   * @returns settles once the broker has taken, or its log has shown, all of it; at once where nothing is on its way.
   * @example
   * import { createMemoryBroker } from "@bowline/adapter/cluster";
   *
   * const broker = createMemoryBroker({ clock: { now: () => 0, after: () => () => {} } });
   * const cluster = createCluster({ bus: broker.bus() });
   * cluster.flushed().then(() => console.log("the broker has it"));
   */
  flushed(): Promise<void>;
  /** Begins; servers call it. @throws TypeError for a second server. */
  begin(surroundings: AdapterSurroundings): void;
  /** Says goodbye, and closes the bus. Servers do it when they are closed. */
  close(): Promise<void>;
}

/** How long a goodbye may take, in milliseconds. */
const GOODBYE_MS = 1_000;

/** What there is once a server is there. */
interface Begun {
  readonly surroundings: AdapterSurroundings;
  readonly topics: Topics;
  readonly outbox: Outbox;
  readonly life: NodeLife;
  readonly reception: Reception;
}

class ClusterNode implements Cluster, ClusterLink {
  readonly bus: Bus;
  readonly wire: ClusterWire;
  readonly requestTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly leaseMs: number;
  readonly adapter = (nsp: AdapterNamespace): BusAdapter => createBusAdapter(nsp, this, this.#recovery);
  readonly #prefix: string;
  readonly #maxQueuedBytes: number;
  readonly #recovery: RecoverySettings;
  readonly #reports: ClusterReports;
  readonly #statusListeners: Set<(status: BusStatus) => void> = new Set();
  readonly #goneListeners: Set<(node: string) => void> = new Set();
  readonly #receivers: Map<string, DirectReceiver> = new Map();
  #begun: Begun | undefined;
  #closed: Promise<void> | undefined;
  #stopStatus: () => void;

  constructor(options: ClusterOptions) {
    const resolved = resolveClusterOptions(options);
    this.#reports = new ClusterReports(resolved.maxQueuedBytes);
    this.bus = resolved.createBus((error) => this.#reports.refused(error));
    this.wire = resolved.wire;
    this.#prefix = resolved.prefix;
    this.#recovery = resolved;
    this.requestTimeoutMs = resolved.requestTimeoutMs;
    this.heartbeatIntervalMs = resolved.heartbeatIntervalMs;
    this.leaseMs = resolved.leaseMs;
    this.#maxQueuedBytes = resolved.maxQueuedBytes;
    this.#stopStatus = this.bus.onStatus((status) => this.#statusChanged(status));
  }

  get name(): string {
    return this.#running("tell the name of the node").life.name;
  }

  get nodes(): readonly string[] {
    return this.#begun?.life.names() ?? [];
  }

  get status(): BusStatus {
    return this.#closed === undefined ? this.bus.status : "closed";
  }

  get counters(): ClusterCounters {
    return this.#reports.counters;
  }

  get topics(): Topics {
    return this.#running("join a topic").topics;
  }

  get outbox(): Outbox {
    return this.#running("send").outbox;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#statusListeners.add(listener);
    return () => void this.#statusListeners.delete(listener);
  }

  onGone(listener: (node: string) => void): () => void {
    this.#goneListeners.add(listener);
    return () => void this.#goneListeners.delete(listener);
  }

  async send(node: string, kind: string, bytes: Uint8Array): Promise<void> {
    const error = await this.#running(`send to node "${node}"`).life.send(node, kind, bytes);
    if (error !== undefined) throw error;
  }

  receive(kind: string, receiver: DirectReceiver): () => void {
    if (this.#receivers.has(kind)) throw new TypeError(`Cannot receive "${kind}": somebody does already`);
    this.#receivers.set(kind, receiver);
    return () => {
      if (this.#receivers.get(kind) === receiver) this.#receivers.delete(kind);
    };
  }

  async flushed(): Promise<void> {
    await Promise.all([this.#begun?.outbox.flushed(), this.#begun?.reception.flushed()]);
  }

  begin(surroundings: AdapterSurroundings): NodeId {
    if (this.#begun !== undefined) {
      if (this.#begun.surroundings === surroundings) return this.#begun.life.id;
      throw new TypeError("Cannot use a cluster for two servers: make one for each, with a bus of its own");
    }
    this.#reports.begin(surroundings);
    const topics = new Topics(this.bus, {
      clock: surroundings.clock,
      failed: (error) => this.#reports.failed("Cannot hear all that the other servers say", error),
    });
    const outbox = new Outbox(this.bus, surroundings.clock, this.#maxQueuedBytes, this.#reports);
    const life = new NodeLife({
      bus: this.bus,
      topics,
      outbox,
      prefix: this.#prefix,
      heartbeatIntervalMs: this.heartbeatIntervalMs,
      leaseMs: this.leaseMs,
      clock: surroundings.clock,
      random: surroundings.random,
      reports: this.#reports,
      gone: ({ id, name }) => this.#nodeGone(id, name),
      receiver: (kind) => this.#receivers.get(kind),
    });
    const reception = new Reception({
      bus: this.bus,
      wire: this.wire,
      topics,
      outbox,
      node: life.id,
      toNativeBytes: (bytes) => surroundings.toNativeBytes?.(bytes) ?? bytes,
      heard: (node) => life.heard(node),
      refused: (error) => this.#reports.refused(error),
    });
    this.#begun = { surroundings, topics, outbox, life, reception };
    reception.begin();
    life.begin();
    return life.id;
  }

  attach(adapter: LinkedAdapter): Promise<void> | undefined {
    return this.#running("make an adapter").reception.attach(adapter);
  }

  detach(adapter: LinkedAdapter): void {
    this.#running("leave a topic").reception.detach(adapter);
  }

  received(adapter: LinkedAdapter, topic: string, bytes: Uint8Array): void {
    this.#running("receive").reception.received(adapter, topic, bytes);
  }

  dropped(reason: DropReason, error: Error): void {
    this.#reports.dropped(reason, error);
  }

  nameOf(node: NodeId): string | undefined {
    return this.#running("name a node").life.nameOf(node);
  }

  peers(): ReadonlySet<NodeId> {
    return this.#running("tell the other nodes").life.ids();
  }

  async allPeers(): Promise<ReadonlySet<NodeId>> {
    await this.#running("tell the other nodes").life.discovered;
    return this.peers();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const begun = this.#begun;
    if (begun !== undefined) {
      const { clock } = begun.surroundings;
      // A broker that does not answer must not keep the server from ending.
      const said = begun.life.close().then(() => begun.topics.close());
      await within(clock, GOODBYE_MS, said, () => undefined);
    }
    begun?.outbox.close();
    this.#stopStatus();
    this.#tellStatus("closed");
    const closed = this.bus.close();
    if (begun === undefined) return closed;
    await within(begun.surroundings.clock, GOODBYE_MS, closed, () =>
      this.#reports.failed(
        "Cannot close the bus of the cluster",
        new Error("the broker does not answer; it is left alone"),
      ),
    );
  }

  #nodeGone(id: NodeId, name: string): void {
    this.#begun?.reception.nodeGone(id);
    for (const listener of [...this.#goneListeners]) this.#tell(() => listener(name));
  }

  #statusChanged(status: BusStatus): void {
    this.#reports.status(status);
    // In this order: what is said first is heard by those who answer it.
    this.#begun?.topics.statusChanged();
    this.#begun?.outbox.flush();
    this.#begun?.life.statusChanged();
    this.#tellStatus(status);
  }

  #tellStatus(status: BusStatus): void {
    for (const listener of [...this.#statusListeners]) this.#tell(() => listener(status));
  }

  #tell(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#begun?.surroundings.reportUncaught(error);
    }
  }

  #running(what: string): Begun {
    if (this.#begun !== undefined) return this.#begun;
    throw new TypeError(`Cannot ${what}: the cluster has not begun; hand it to a server as the option "cluster"`);
  }
}

/**
 * Makes a server a node of a cluster.
 * @param options the bus, at least.
 * @throws TypeError or RangeError when an option cannot work.
 * @example
 * import { createMemoryBroker } from "@bowline/adapter/cluster";
 * import { Server } from "@bowline/server";
 *
 * const broker = createMemoryBroker({ clock: { now: () => 0, after: () => () => {} } });
 * const io = new Server(3000, { cluster: createCluster({ bus: broker.bus() }) });
 */
export function createCluster(options: ClusterOptions): Cluster {
  return new ClusterNode(options);
}
