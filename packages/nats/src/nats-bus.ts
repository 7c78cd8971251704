// A bus over core NATS: a topic is a subject.
// Place: cluster -> **bus** -> link -> NATS
// Rules: a message counts as published when NATS has read it; the connection stays the program's.
// Source: docs/decisions/0028-cluster-over-a-bus.md

import {
  type Bus,
  BusError,
  type BusLog,
  type BusStatus,
  type BusStore,
  type Leave,
  type Receive,
} from "@bowline/adapter/cluster";
import type { NatsConnection, NatsSubscription } from "./client-types.ts";
import { Link } from "./link.ts";
import { type NatsBusOptions, resolveOptions } from "./options.ts";
import { tokenOf } from "./subjects.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a bus may have besides topics. */
export interface Keeping {
  readonly log: BusLog;
  readonly store: BusStore;
  close(): void;
}

/** The bus. */
class NatsBus implements Bus {
  readonly log?: BusLog;
  readonly store?: BusStore;
  readonly #link: Link;
  readonly #prefix: string;
  readonly #surroundings: Surroundings;
  readonly #keeping: Keeping | undefined;
  readonly #subscriptions: Map<string, NatsSubscription> = new Map();

  constructor(link: Link, prefix: string, surroundings: Surroundings, keeping: Keeping | undefined) {
    this.#link = link;
    this.#prefix = prefix;
    this.#surroundings = surroundings;
    this.#keeping = keeping;
    if (keeping === undefined) return;
    this.log = keeping.log;
    this.store = keeping.store;
  }

  get maxMessageBytes(): number {
    return this.#link.maxMessageBytes;
  }

  get status(): BusStatus {
    return this.#link.status;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    return this.#link.onStatus(listener);
  }

  async publish(topic: string, bytes: Uint8Array): Promise<void> {
    const what = `publish to "${topic}"`;
    this.#link.checkSize(what, bytes);
    this.#link.check(what);
    this.#link.connection.publish(this.#subjectOf(topic), bytes);
    await this.#link.reached(what);
  }

  async join(topic: string, receive: Receive): Promise<Leave> {
    const what = `join "${topic}"`;
    const subject = this.#subjectOf(topic);
    this.#link.check(what);
    if (this.#subscriptions.has(subject)) throw new TypeError(`Cannot ${what}: this bus has joined it already`);
    let refusal: Error | undefined;
    const subscription = this.#link.connection.subscribe(subject, {
      callback: (error, message) => {
        if (error !== null) refusal = error;
        else this.#deliver(topic, receive, message.data);
      },
    });
    this.#subscriptions.set(subject, subscription);
    const end = (): void => {
      if (this.#subscriptions.get(subject) === subscription) this.#subscriptions.delete(subject);
      subscription.unsubscribe();
    };
    try {
      await this.#link.reached(what);
      // A server that refuses says so before it answers the round trip.
      if (refusal !== undefined) throw this.#refused(what, refusal);
    } catch (error) {
      end();
      throw error;
    }
    return async () => {
      end();
      if (this.#link.status === "up") await this.#link.reached(`leave "${topic}"`).catch(() => undefined);
    };
  }

  async close(): Promise<void> {
    for (const subscription of this.#subscriptions.values()) subscription.unsubscribe();
    this.#subscriptions.clear();
    this.#keeping?.close();
    this.#link.close();
  }

  #deliver(topic: string, receive: Receive, bytes: Uint8Array): void {
    try {
      receive(bytes);
    } catch (error) {
      this.#surroundings.warn("BOWLINE_BUS_RECEIVER", `A receiver of "${topic}" has thrown: ${String(error)}`);
    }
  }

  #refused(what: string, cause: Error): BusError {
    const rights = `the user of the connection needs the right to subscribe to "${this.#prefix}.>"`;
    return new BusError("BOWLINE_BUS_REFUSED", `Cannot ${what}: NATS says "${cause.message}"; ${rights}`, cause);
  }

  #subjectOf(topic: string): string {
    return `${this.#prefix}.t.${tokenOf(topic, this.#surroundings.digest)}`;
  }
}

/** Makes a bus of the parts that are handed in. @param keep makes its log and its store, where it has them. */
export function createNatsBus(
  connection: NatsConnection,
  options: NatsBusOptions,
  surroundings: Surroundings,
  keep?: (link: Link, prefix: string) => Keeping,
): Bus {
  const { prefix, answerTimeoutMs } = resolveOptions(options);
  const link = new Link(connection, answerTimeoutMs, surroundings.clock);
  link.open();
  return new NatsBus(link, prefix, surroundings, keep?.(link, prefix));
}
