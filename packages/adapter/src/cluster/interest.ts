// Which rooms of a namespace somebody is in here: a node hears of those alone.
// Place: cluster adapter (**interest**) -> topics -> bus
// Rules: a room's topic is joined with its first member and left late, so that comings and goings cost nothing; own rooms of
//        sockets have no topic.

import type { Cancel, Clock } from "@bowline/protocol/internal";
import type { Room } from "../contract.ts";
import type { Receive } from "./bus.ts";
import type { Topics } from "./topics.ts";

/** How long a topic is kept when the last member has gone, in milliseconds. */
const LINGER_MS = 5_000;

/** What interest needs of its namespace. */
export interface InterestHost {
  readonly topics: Pick<Topics, "join" | "leave" | "joined">;
  readonly clock: Clock;
  /** The topic of a room, where it has one. */
  topicOf(room: Room): string | undefined;
  /** Takes what comes over a room's topic. */
  receive(topic: string, bytes: Uint8Array): void;
}

interface Joined {
  readonly topic: string;
  readonly receive: Receive;
  /** Since when nobody has been in the room; undefined as long as somebody is. */
  emptySinceMs: number | undefined;
}

/** The rooms of one namespace that this node hears of. */
export class Interest {
  readonly #host: InterestHost;
  readonly #rooms: Map<Room, Joined> = new Map();
  #stopSweep: Cancel | undefined;

  constructor(host: InterestHost) {
    this.#host = host;
  }

  /** A room has got its first member. */
  opened(room: Room): void {
    const known = this.#rooms.get(room);
    if (known !== undefined) {
      known.emptySinceMs = undefined;
      return;
    }
    const topic = this.#host.topicOf(room);
    if (topic === undefined) return;
    const receive: Receive = (bytes) => this.#host.receive(topic, bytes);
    this.#rooms.set(room, { topic, receive, emptySinceMs: undefined });
    this.#host.topics.join(topic, receive);
  }

  /** A room has lost its last member. */
  closed(room: Room): void {
    const known = this.#rooms.get(room);
    if (known === undefined) return;
    known.emptySinceMs = this.#host.clock.now();
    this.#watch();
  }

  /** Waits until the broker knows of rooms. @returns undefined where it does. */
  heard(rooms: Iterable<Room>): Promise<void> | undefined {
    const pending: Promise<void>[] = [];
    for (const room of rooms) {
      const known = this.#rooms.get(room);
      const joined = known === undefined ? undefined : this.#host.topics.joined(known.topic);
      if (joined !== undefined) pending.push(joined);
    }
    return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined);
  }

  /** Leaves all rooms. */
  close(): void {
    this.#stopSweep?.();
    for (const { topic, receive } of this.#rooms.values()) this.#host.topics.leave(topic, receive);
    this.#rooms.clear();
  }

  #watch(): void {
    this.#stopSweep ??= this.#host.clock.coarse(LINGER_MS, () => {
      this.#stopSweep = undefined;
      this.#sweep();
    });
  }

  #sweep(): void {
    const emptySinceMs = this.#host.clock.now() - LINGER_MS;
    let isSomeLeft = false;
    for (const [room, joined] of this.#rooms) {
      if (joined.emptySinceMs === undefined) continue;
      if (joined.emptySinceMs > emptySinceMs) {
        isSomeLeft = true;
        continue;
      }
      this.#rooms.delete(room);
      this.#host.topics.leave(joined.topic, joined.receive);
    }
    if (isSomeLeft) this.#watch();
  }
}
