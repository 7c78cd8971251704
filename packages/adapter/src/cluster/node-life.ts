// The life of a node among others: it says hello, that it lives, and goodbye; it knows who else does, and carries what is for
// one of them.
// Place: cluster (**node's life**) -> topics, outbox -> bus
// Rules: one lease for a node, however many namespaces it has; a newcomer is answered at once; of two nodes with one name
//        the one that has had it for longer keeps it, and the other takes a new one.

import { type Cancel, type Clock, createId, type Random } from "@bowline/protocol/internal";
import type { Bus } from "./bus.ts";
import type { ClusterReports } from "./cluster-reports.ts";
import { Membership, type Peer } from "./membership.ts";
import type { NodeId } from "./message.ts";
import { decodeNodeMessage, encodeNodeMessage, type NodeMessage } from "./node-message.ts";
import type { Outbox } from "./outbox.ts";
import type { Topics } from "./topics.ts";
import { WakingTime } from "./waking-time.ts";

/** Takes what another node sends. */
export type DirectReceiver = (bytes: Uint8Array, from: string) => void;

/** What a node needs to live. */
export interface NodeLifeHost {
  readonly bus: Bus;
  readonly topics: Topics;
  readonly outbox: Outbox;
  readonly prefix: string;
  readonly heartbeatIntervalMs: number;
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly reports: ClusterReports;
  /** Another node has gone. */
  gone(peer: Peer): void;
  receiver(kind: string): DirectReceiver | undefined;
}

const NAME_LENGTH = 4;
/** So long all others have to introduce themselves once this node has said hello, in milliseconds. */
const DISCOVERY_MS = 200;
/** So long nobody waits for a broker that is not there when a server begins, in milliseconds. */
const PATIENCE_MS = 1_000;

/** One node. */
export class NodeLife {
  readonly id: NodeId;
  /** Settles once the others have had time to introduce themselves. */
  readonly discovered: Promise<void>;
  readonly #host: NodeLifeHost;
  readonly #peers: Membership;
  readonly #everybody: string;
  readonly #receive = (bytes: Uint8Array): void => this.#received(bytes);
  #name: string;
  #isSettled = false;
  #settle: () => void = () => undefined;
  #stops: Cancel[] = [];
  #stopBeat: Cancel = () => undefined;
  #stopSweep: Cancel = () => undefined;
  /** How many others the broker knows of. */
  #expectedPeers = Number.POSITIVE_INFINITY;
  #hasGreeted = false;
  #isClosed = false;

  constructor(host: NodeLifeHost) {
    this.#host = host;
    this.id = createId(host.random);
    this.#name = this.#drawName();
    this.#everybody = `${host.prefix}#nodes`;
    // Leases are looked through twice as often.
    const time = new WakingTime(host.clock, host.heartbeatIntervalMs);
    this.#peers = new Membership(host.leaseMs, () => time.now());
    this.discovered = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get name(): string {
    return this.#name;
  }

  names(): string[] {
    return this.#peers.names();
  }

  nameOf(id: NodeId): string | undefined {
    return this.#peers.nameOf(id);
  }

  ids(): Set<NodeId> {
    return this.#peers.ids();
  }

  begin(): void {
    const { bus, topics, clock } = this.#host;
    topics.join(this.#everybody, this.#receive);
    topics.join(this.#inboxOf(this.id), this.#receive);
    // Where the broker sees a node die, the others need not wait for its lease.
    bus.leaveWill?.(this.#everybody, encodeNodeMessage({ kind: "bye", id: this.id }));
    this.#stops.push(clock.after(PATIENCE_MS, () => this.#discover()));
    this.#beatLater();
    this.#sweepLater();
    void this.#greet();
  }

  /** Says goodbye. @returns settles once the broker has it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stop of [...this.#stops, this.#stopBeat, this.#stopSweep]) stop();
    this.#settle();
    await this.#say({ kind: "bye", id: this.id });
  }

  /** A sign of life of another node. */
  heard(id: NodeId): void {
    this.#peers.heard(id);
  }

  /** The broker is back: who is there has to be found out anew. */
  statusChanged(): void {
    if (this.#isClosed || this.#host.bus.status !== "up") return;
    this.#peers.renewAll();
    void this.#greet();
  }

  /** Sends bytes to the node of a name. @returns what kept them from reaching the broker. */
  async send(name: string, channel: string, bytes: Uint8Array): Promise<Error | undefined> {
    const id = this.#peers.idOf(name);
    if (id === undefined) return new Error(`Cannot send to node "${name}": there is none of that name`);
    const message = encodeNodeMessage({ kind: "direct", id: this.id, channel, bytes });
    return this.#host.outbox.send(this.#inboxOf(id), message);
  }

  #inboxOf(id: NodeId): string {
    return `${this.#host.prefix}#node#${id}`;
  }

  #drawName(): string {
    return createId(this.#host.random).slice(0, NAME_LENGTH);
  }

  /** Once all that is answered can be heard. */
  async #greet(): Promise<void> {
    const { bus, topics, clock } = this.#host;
    if (bus.status !== "up") return;
    await topics.joined(this.#everybody);
    await topics.joined(this.#inboxOf(this.id));
    if (this.#isClosed) return;
    const error = await this.#introduce("hello");
    if (error !== undefined || this.#hasGreeted) return;
    this.#hasGreeted = true;
    this.#stops.push(clock.after(DISCOVERY_MS, () => this.#discover()));
    try {
      const subscribers = await bus.subscribers?.(this.#everybody);
      // A broker that does not even count this node knows of no other.
      if (subscribers === undefined || subscribers < 1) return;
      this.#expectedPeers = subscribers - 1;
      this.#discoverIfComplete();
    } catch {
      // A broker that cannot count leaves it at the time that all have.
    }
  }

  #discoverIfComplete(): void {
    if (this.#peers.size >= this.#expectedPeers) this.#discover();
  }

  #discover(): void {
    this.#isSettled = true;
    this.#settle();
  }

  #introduce(kind: "hello" | "beat", topic?: string): Promise<Error | undefined> {
    return this.#say({ kind, id: this.id, name: this.#name, isSettled: this.#isSettled }, topic);
  }

  /** What is said about the moment is of no use later. */
  #say(message: NodeMessage, topic = this.#everybody): Promise<Error | undefined> {
    return this.#host.outbox.send(topic, encodeNodeMessage(message), "life");
  }

  #beatLater(): void {
    const { clock, heartbeatIntervalMs } = this.#host;
    this.#stopBeat = clock.coarse(heartbeatIntervalMs, () => {
      this.#beatLater();
      if (this.#host.bus.status === "up") void this.#introduce("beat");
    });
  }

  #sweepLater(): void {
    const { clock, bus, heartbeatIntervalMs } = this.#host;
    this.#stopSweep = clock.coarse(heartbeatIntervalMs / 2, () => {
      this.#sweepLater();
      // Nobody can be heard while the broker is away.
      if (bus.status === "up") for (const peer of this.#peers.expire()) this.#told(peer);
    });
  }

  #told(peer: Peer): void {
    this.#host.reports.node(peer.name, "gone");
    this.#host.gone(peer);
  }

  #received(bytes: Uint8Array): void {
    const { bus, reports } = this.#host;
    let message: NodeMessage | undefined;
    try {
      if (bytes.byteLength > bus.maxMessageBytes) throw new SyntaxError(`it has ${bytes.byteLength} bytes`);
      message = decodeNodeMessage(bytes);
    } catch (error) {
      reports.refused(error);
      return;
    }
    if (message !== undefined && message.id !== this.id && !this.#isClosed) this.#take(message);
  }

  #take(message: NodeMessage): void {
    switch (message.kind) {
      case "hello":
      case "beat":
        this.#introduced(message);
        return;
      case "bye": {
        const peer = this.#peers.gone(message.id);
        if (peer !== undefined) this.#told(peer);
        return;
      }
      case "direct":
        this.#direct(message.id, message.channel, message.bytes);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        message satisfies never;
    }
  }

  #introduced(message: Extract<NodeMessage, { kind: "hello" | "beat" }>): void {
    const { reports } = this.#host;
    const isNew = this.#peers.introduced(message);
    if (isNew === undefined) {
      reports.refused(new RangeError("there are more nodes than a cluster has"));
      return;
    }
    if (isNew) reports.node(message.name, "come");
    if (message.name === this.#name && this.#mustYield(message)) this.#rename();
    if (message.kind === "hello") void this.#introduce("beat", this.#inboxOf(message.id));
    this.#discoverIfComplete();
  }

  /** Whether the other one keeps the name that both have: the one that has had it, or else the first in the order of ids. */
  #mustYield({ id, isSettled }: { readonly id: NodeId; readonly isSettled: boolean }): boolean {
    return isSettled === this.#isSettled ? id < this.id : isSettled;
  }

  #rename(): void {
    const taken = new Set(this.#peers.names());
    while (taken.has(this.#name)) this.#name = this.#drawName();
    this.#host.reports.node(this.#name, "renamed");
    void this.#introduce("beat");
  }

  #direct(id: NodeId, channel: string, bytes: Uint8Array): void {
    const { reports, receiver } = this.#host;
    this.#peers.heard(id);
    const from = this.#peers.nameOf(id);
    const receive = receiver(channel);
    if (from === undefined || receive === undefined) return;
    try {
      receive(bytes, from);
    } catch (error) {
      reports.failed(`Cannot take what node "${from}" sent`, error);
    }
  }
}
