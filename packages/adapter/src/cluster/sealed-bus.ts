// A bus whose messages are signed: whoever can write to the broker, but does not know the secret, is heard by nobody.
// Place: wire -> **sealed bus** -> bus -> the broker, and back the same way
// Rules: a signature is good for one topic, one log or one key alone; what is not signed so is refused and told of, and never
//        reaches a wire. That a message is said again on the topic it was for is not noticed: a broker may do that, too.
// Source: docs/decisions/0028-cluster-over-a-bus.md, "Decision"

import { concatBytes, encodeUtf8 } from "@bowline/protocol/internal";
import type { Bus, BusLog, BusLogEntry, BusStatus, BusStore, Leave, LogFollower, Receive } from "./bus.ts";
import type { Offset } from "./message.ts";
import { createHmac, HASH_BYTES } from "./sha256.ts";

type Place = "topic" | "log" | "key";

/** Signs and checks. */
class Seal {
  readonly #hmac: (head: Uint8Array, body: Uint8Array) => Uint8Array;
  readonly #refused: (error: Error) => void;

  constructor(secret: string | Uint8Array, refused: (error: Error) => void) {
    const key = typeof secret === "string" ? encodeUtf8(secret) : secret;
    if (key.length === 0) throw new TypeError("Cannot sign with an empty secret: give a text that nobody else knows");
    this.#hmac = createHmac(key);
    this.#refused = refused;
  }

  close(place: Place, name: string, bytes: Uint8Array): Uint8Array {
    return concatBytes([this.#sign(place, name, bytes), bytes]);
  }

  /** @returns what was signed; undefined where it was not signed for this. */
  open(place: Place, name: string, sealed: Uint8Array): Uint8Array | undefined {
    const bytes = sealed.subarray(HASH_BYTES);
    if (sealed.length >= HASH_BYTES && isSame(this.#sign(place, name, bytes), sealed.subarray(0, HASH_BYTES)))
      return bytes;
    this.#refused(
      new SyntaxError(`what came over the ${place} "${name}" is not signed with the secret of this cluster`),
    );
    return undefined;
  }

  #sign(place: Place, name: string, bytes: Uint8Array): Uint8Array {
    return this.#hmac(encodeUtf8(`${place}\0${name}\0`), bytes);
  }
}

/** In a time that does not tell where they differ. */
function isSame(one: Uint8Array, other: Uint8Array): boolean {
  let difference = 0;
  for (let at = 0; at < HASH_BYTES; at++) difference |= (one[at] ?? 0) ^ (other[at] ?? 0);
  return difference === 0;
}

function sealLog(log: BusLog, seal: Seal): BusLog {
  const open = (topic: string, { offset, bytes }: BusLogEntry): BusLogEntry | undefined => {
    const opened = seal.open("log", topic, bytes);
    return opened === undefined ? undefined : { offset, bytes: opened };
  };
  const lastUpTo = log.lastUpTo?.bind(log);
  return {
    ...(lastUpTo === undefined ? {} : { lastUpTo }),
    append: (topic, bytes) => log.append(topic, seal.close("log", topic, bytes)),
    follow: (topic: string, follower: LogFollower) =>
      log.follow(topic, {
        entry: (entry) => {
          const opened = open(topic, entry);
          if (opened !== undefined) follower.entry(opened);
        },
        gap: () => follower.gap(),
      }),
    async *read(topic: string, after: Offset) {
      for await (const entry of log.read(topic, after)) {
        const opened = open(topic, entry);
        if (opened !== undefined) yield opened;
      }
    },
    reaches: (topic, offset) => log.reaches(topic, offset),
    compare: (one, other) => log.compare(one, other),
  };
}

function sealStore(store: BusStore, seal: Seal): BusStore {
  const open = (key: string, kept: Awaited<ReturnType<BusStore["take"]>>) => {
    const value = kept === undefined ? undefined : seal.open("key", key, kept.value);
    return kept === undefined || value === undefined ? undefined : { value, fence: kept.fence };
  };
  const claim = store.claim?.bind(store);
  return {
    put: (key, value, fence, ttlMs) => store.put(key, seal.close("key", key, value), fence, ttlMs),
    take: async (key) => open(key, await store.take(key)),
    ...(claim === undefined ? {} : { claim: async (key: string) => open(key, await claim(key)) }),
    drop: (key, fence) => store.drop(key, fence),
  };
}

class SealedBus implements Bus {
  readonly log?: BusLog;
  readonly store?: BusStore;
  readonly subscribers?: (topic: string) => Promise<number>;
  readonly leaveWill?: (topic: string, bytes: Uint8Array) => void;
  readonly #bus: Bus;
  readonly #seal: Seal;

  constructor(bus: Bus, seal: Seal) {
    this.#bus = bus;
    this.#seal = seal;
    if (bus.subscribers !== undefined) this.subscribers = async (topic) => (await bus.subscribers?.(topic)) ?? 0;
    if (bus.leaveWill !== undefined)
      this.leaveWill = (topic, bytes) => bus.leaveWill?.(topic, seal.close("topic", topic, bytes));
    if (bus.log !== undefined) this.log = sealLog(bus.log, seal);
    if (bus.store !== undefined) this.store = sealStore(bus.store, seal);
  }

  get maxMessageBytes(): number {
    return this.#bus.maxMessageBytes - HASH_BYTES;
  }

  get status(): BusStatus {
    return this.#bus.status;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    return this.#bus.onStatus(listener);
  }

  publish(topic: string, bytes: Uint8Array): Promise<void> {
    return this.#bus.publish(topic, this.#seal.close("topic", topic, bytes));
  }

  join(topic: string, receive: Receive): Promise<Leave> {
    return this.#bus.join(topic, (sealed) => {
      const bytes = this.#seal.open("topic", topic, sealed);
      if (bytes !== undefined) receive(bytes);
    });
  }

  close(): Promise<void> {
    return this.#bus.close();
  }
}

/**
 * Signs what goes over a bus.
 * @param secret what only the nodes of the cluster know.
 * @param refused told of what is not signed with it.
 * @throws TypeError when the secret is empty.
 */
export function sealBus(bus: Bus, secret: string | Uint8Array, refused: (error: Error) => void): Bus {
  return new SealedBus(bus, new Seal(secret, refused));
}
