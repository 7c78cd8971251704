// A broker in memory, for tests: what it does late, loses or keeps back a seed decides, and the test may take it away.
// Place: cluster adapter -> wire -> **bus, and the broker behind it** -> the buses of the other nodes
// Rules: as for every bus; between two nodes order holds whatever the delays are; nothing is delivered within the call that
//        publishes it; a node may be cut off without anybody noticing, as behind a cable that was pulled.

import type { Clock, Random } from "@bowline/protocol/internal";
import type { Bus, BusLog, BusStatus, BusStore, Leave, Receive } from "./bus.ts";
import { createBusLog, createBusStore, type Following, MemoryCupboard, MemoryLog } from "./memory-store.ts";

/** What a test decides of its broker. */
export interface MemoryBrokerOptions {
  /** Delays and the times that values are kept go by it. */
  readonly clock: Pick<Clock, "after" | "now">;
  /** Decides delays and losses; wanted where there are any. */
  readonly random?: Pick<Random, "fraction">;
  /** How long a message is on its way, from and to, in milliseconds. @default none: it comes once the turn is over */
  readonly delayMs?: readonly [number, number];
  /** The share of messages that never arrive, from 0 to 1. The log loses nothing. @default 0 */
  readonly lossShare?: number;
  /** What a message may have at most, in bytes. @default 1048576 (1 MiB) */
  readonly maxMessageBytes?: number;
  /** Whether it keeps a log and values. @default true */
  readonly keeps?: boolean;
}

/** A node's way to the broker in memory. */
export interface MemoryBus extends Bus {
  /** The topics that are joined now. */
  readonly topics: ReadonlySet<string>;
  /** How many messages have come in, and how many went out. */
  readonly counts: { readonly received: number; readonly published: number };
  /** Cuts the node off. @param isNoticed whether its bus finds out; without that what it sends just never arrives. */
  cut(isNoticed: boolean): void;
  /** Mends what was cut; the bus subscribes anew. */
  heal(): void;
  /** The node is dead: it hears nothing more, and says no goodbye. */
  kill(): void;
}

/** A broker in memory. */
export interface MemoryBroker {
  /** One more node's way to it. */
  bus(): MemoryBus;
  /** The broker goes away; every bus notices. */
  leave(): void;
  /** The broker is back; every bus subscribes anew. */
  comeBack(): void;
  /** Publishes as somebody who is no node. */
  inject(topic: string, bytes: Uint8Array): void;
  /** Lets go of all entries of a log's topic but the last ones. */
  trimLog(topic: string, keep: number): void;
  /** How many values are kept. */
  readonly kept: number;
}

const DEFAULT_MAX_BYTES = 1024 * 1024;

/** What all nodes share. */
class Exchange {
  readonly options: MemoryBrokerOptions;
  readonly buses: Set<NodeBus> = new Set();
  readonly log: MemoryLog;
  readonly cupboard: MemoryCupboard;
  isAway = false;
  #outsider = {};

  constructor(options: MemoryBrokerOptions) {
    this.options = options;
    this.log = new MemoryLog("m");
    this.cupboard = new MemoryCupboard(options.clock.now);
  }

  publish(topic: string, bytes: Uint8Array, from: object = this.#outsider): void {
    const { lossShare = 0, random } = this.options;
    for (const bus of this.buses) {
      if (!bus.topics.has(topic)) continue;
      const isLost = lossShare > 0 && (random?.fraction() ?? 1) < lossShare;
      if (!isLost) bus.carry(from, () => bus.arrive(topic, new Uint8Array(bytes)));
    }
  }

  appended(topic: string): void {
    for (const bus of this.buses) bus.logGrows(topic);
  }
}

/** One node's way to the exchange. */
class NodeBus implements MemoryBus {
  readonly maxMessageBytes: number;
  readonly log?: BusLog;
  readonly store?: BusStore;
  readonly counts = { received: 0, published: 0 };
  readonly #exchange: Exchange;
  readonly #receivers: Map<string, Receive> = new Map();
  readonly #listeners: Set<(status: BusStatus) => void> = new Set();
  /** When the last message of each sender arrives: the next one is not earlier. */
  readonly #lanes: WeakMap<object, number> = new WeakMap();
  readonly #followers: Set<Following> = new Set();
  /** What waits for an answer that a cut-off node does not get. */
  readonly #stuck: Set<(error: Error) => void> = new Set();
  #line: "whole" | "cut" | "cut unnoticed" = "whole";
  #isClosed = false;
  #told: BusStatus;

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
    this.maxMessageBytes = exchange.options.maxMessageBytes ?? DEFAULT_MAX_BYTES;
    this.#told = this.status;
    if (exchange.options.keeps === false) return;
    const reach = (what: string): Promise<void> => this.#reach(what);
    this.store = createBusStore(exchange.cupboard, reach);
    this.log = createBusLog(exchange.log, {
      reach,
      appended: (topic) => exchange.appended(topic),
      followers: this.#followers,
    });
  }

  get status(): BusStatus {
    if (this.#isClosed) return "closed";
    return this.#exchange.isAway || this.#line === "cut" ? "down" : "up";
  }

  get topics(): ReadonlySet<string> {
    return new Set(this.#receivers.keys());
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async publish(topic: string, bytes: Uint8Array): Promise<void> {
    if (bytes.byteLength > this.maxMessageBytes) {
      const limit = `it has ${bytes.byteLength} bytes, and the broker takes ${this.maxMessageBytes}`;
      throw new RangeError(`Cannot publish to "${topic}": ${limit}`);
    }
    const sent = new Uint8Array(bytes);
    await this.#reach(`publish to "${topic}"`);
    this.counts.published++;
    this.#exchange.publish(topic, sent, this);
  }

  async join(topic: string, receive: Receive): Promise<Leave> {
    await this.#reach(`join "${topic}"`);
    if (this.#receivers.has(topic)) throw new TypeError(`Cannot join "${topic}": this node has joined it already`);
    this.#receivers.set(topic, receive);
    return async () => {
      this.#receivers.delete(topic);
    };
  }

  async subscribers(topic: string): Promise<number> {
    await this.#reach(`count "${topic}"`);
    return [...this.#exchange.buses].filter((bus) => bus.#receivers.has(topic)).length;
  }

  async close(): Promise<void> {
    this.kill();
  }

  cut(isNoticed: boolean): void {
    this.#line = isNoticed ? "cut" : "cut unnoticed";
    this.statusChanged();
  }

  heal(): void {
    // Who had not noticed does so when the line is there again: the old connection is of no use.
    if (this.#line === "cut unnoticed") this.cut(true);
    this.#line = "whole";
    for (const fail of [...this.#stuck]) fail(new Error("the connection to the broker was lost"));
    this.#stuck.clear();
    this.statusChanged();
  }

  kill(): void {
    this.#isClosed = true;
    this.#receivers.clear();
    this.#followers.clear();
    this.#exchange.buses.delete(this);
    this.statusChanged();
  }

  /** Tells of the status where it is another one than before. */
  statusChanged(): void {
    const { status } = this;
    if (status === this.#told) return;
    this.#told = status;
    for (const listener of [...this.#listeners]) listener(status);
    if (status === "up") for (const follower of this.#followers) this.#catchUp(follower);
  }

  /** Has something arrive behind all that the same sender has sent before. */
  carry(from: object, arrive: () => void): void {
    const { clock, delayMs, random } = this.#exchange.options;
    if (delayMs === undefined) {
      void Promise.resolve().then(arrive);
      return;
    }
    const [least, most] = delayMs;
    const drawn = clock.now() + least + Math.floor((random?.fraction() ?? 0) * (most - least + 1));
    const dueAt = Math.max(drawn, this.#lanes.get(from) ?? 0);
    this.#lanes.set(from, dueAt);
    clock.after(dueAt - clock.now(), arrive);
  }

  arrive(topic: string, bytes: Uint8Array): void {
    const receive = this.#receivers.get(topic);
    if (receive === undefined || !this.#isReachable) return;
    this.counts.received++;
    receive(bytes);
  }

  /** A topic of the log has one more entry, which is on its way to each follower here as a message would be. */
  logGrows(topic: string): void {
    for (const follower of this.#followers) {
      if (follower.topic === topic) this.carry(follower, () => void this.#tellNext(follower));
    }
  }

  get #isReachable(): boolean {
    return this.status === "up" && this.#line === "whole";
  }

  #tellNext(follower: Following): boolean {
    return this.#isReachable && this.#followers.has(follower) && follower.next();
  }

  /** The line is there again: what did not arrive meanwhile comes together. */
  #catchUp(follower: Following): void {
    this.carry(follower, () => {
      while (this.#tellNext(follower));
    });
  }

  /** Settles once the broker has been asked; never, until the line is mended, where nobody knows that it is cut. */
  async #reach(what: string): Promise<void> {
    const { status } = this;
    if (status !== "up") throw new Error(`Cannot ${what}: the broker is ${status === "closed" ? "closed" : "away"}`);
    if (this.#line === "cut unnoticed") await new Promise<void>((_, reject) => this.#stuck.add(reject));
  }
}

/**
 * Makes a broker in memory, for tests.
 * @param options which clock it goes by, and what it does wrong.
 * @example
 * import { createCluster, createMemoryBroker } from "@bowline/adapter/cluster";
 *
 * const broker = createMemoryBroker({ clock: { now: () => 0, after: () => () => {} } });
 * const cluster = createCluster({ bus: broker.bus() });
 */
export function createMemoryBroker(options: MemoryBrokerOptions): MemoryBroker {
  const exchange = new Exchange(options);
  const tellAll = (): void => {
    for (const bus of [...exchange.buses]) bus.statusChanged();
  };
  return {
    bus() {
      const bus = new NodeBus(exchange);
      exchange.buses.add(bus);
      return bus;
    },
    leave() {
      exchange.isAway = true;
      tellAll();
    },
    comeBack() {
      exchange.isAway = false;
      tellAll();
    },
    inject: (topic, bytes) => exchange.publish(topic, bytes),
    trimLog: (topic, keep) => exchange.log.trim(topic, keep),
    get kept() {
      return exchange.cupboard.size;
    },
  };
}
