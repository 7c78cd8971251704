// The whole duty of a broker: topics that carry bytes between nodes, and, where it can keep something, a log and a cupboard.
// Place: cluster adapter -> wire -> **bus** -> the broker, and back the same way
// Rules: a bus knows nothing of namespaces, rooms or packets; what one node publishes to a topic others get in that order;
//        a broker that is away is told by `status` and by rejections, never by an uncaught error, and the bus subscribes
//        anew by itself when it is back.

import type { Offset } from "./message.ts";

/**
 * How a bus stands with its broker.
 *
 * `connecting` until it has been reached the first time, `up` while it is there, `down` while it is away, `closed` for good.
 */
export type BusStatus = "connecting" | "up" | "down" | "closed";

/** Takes what comes over a topic. What it throws is the adapter's mistake, and must not harm the bus. */
export type Receive = (bytes: Uint8Array) => void;

/** Ends a subscription. */
export type Leave = () => Promise<void>;

/** An entry of a log. */
export interface BusLogEntry {
  readonly offset: Offset;
  readonly bytes: Uint8Array;
}

/** What a follower of a log is told. */
export interface LogFollower {
  /** The next entry; each one once, in the log's order, those of this node among them. */
  entry(entry: BusLogEntry): void;
  /** Entries behind the last one that was told have gone before they could be read: what follows begins anew. */
  gap(): void;
}

/**
 * What a broker keeps in order, for those who come later.
 *
 * Offsets are texts that only the log itself understands, but for one rule: `compare` puts them in order.
 */
export interface BusLog {
  /** Appends an entry. @returns where it stands, once the broker has it. */
  append(topic: string, bytes: Uint8Array): Promise<Offset>;
  /**
   * Tells a follower of every entry that is appended from now on; after a loss of the connection it goes on where it was.
   * @returns the offset behind which it begins, and what ends it.
   */
  follow(topic: string, follower: LogFollower): Promise<{ readonly from: Offset; readonly leave: Leave }>;
  /** The entries behind an offset, in order, up to the last one that is there now. */
  read(topic: string, after: Offset): AsyncIterable<BusLogEntry>;
  /** Whether everything behind an offset is still there; false for texts that are no offsets of this log. */
  reaches(topic: string, offset: Offset): Promise<boolean>;
  /**
   * After the broker was away: whether it has lost entries that had been told, as one may that has taken the place of another
   * which has died. Without it the broker loses none.
   * @param last the last entry that was told; what is appended from now on has to stand behind it.
   * @returns the last entry up to that one which is still there: `last` itself where nothing is lost, undefined where nothing
   * is left.
   */
  lastUpTo?(topic: string, last: Offset): Promise<Offset | undefined>;
  /** Less than 0 where the first offset stands before the second one, 0 where they are the same. */
  compare(one: Offset, other: Offset): number;
}

/** What a broker keeps under a key for a while. */
export interface BusStore {
  /**
   * Keeps a value.
   * @param fence one that is lower than that of the key by now is ignored: who has been overtaken does not know it yet.
   * @param ttlMs for how long, in milliseconds.
   */
  put(key: string, value: Uint8Array, fence: number, ttlMs: number): Promise<void>;
  /**
   * Takes a value out, for one taker alone; the fence of the key rises by one, and lasts as long as the value would have.
   * @returns the value and the new fence; undefined where there is none.
   */
  take(key: string): Promise<{ readonly value: Uint8Array; readonly fence: number } | undefined>;
  /**
   * As `take`, but the value stays, under the new fence, so that it is in nobody's hands at no time. Where a store does not
   * have it, a node that dies in the moment between `take` and `put` takes the value along.
   */
  claim?(key: string): Promise<{ readonly value: Uint8Array; readonly fence: number } | undefined>;
  /** Forgets a value. @param fence as for `put`. */
  drop(key: string, fence: number): Promise<void>;
}

/** A broker, as the cluster needs it. */
export interface Bus {
  /** What one message may have at most, in bytes; the bus refuses more with a RangeError (as a rejection). */
  readonly maxMessageBytes: number;
  readonly status: BusStatus;
  /** Tells of each change of `status`. @returns what ends that. */
  onStatus(listener: (status: BusStatus) => void): () => void;
  /**
   * Sends bytes to every node that has joined a topic, whether or not to this one as well.
   * @returns settles when the broker has them.
   * @throws Error (as a rejection) when the broker is away: nothing is kept for later by the bus.
   */
  publish(topic: string, bytes: Uint8Array): Promise<void>;
  /**
   * Has a topic's messages come in. One function for each topic; the cluster asks once.
   * @returns settles when the broker knows; it gives what ends the subscription.
   */
  join(topic: string, receive: Receive): Promise<Leave>;
  /**
   * Leaves a last will: what the broker publishes to a topic when it sees this node's connection end, so that nobody waits
   * for a lease; a will takes the place of the one before. Only of brokers that see a connection end.
   */
  leaveWill?(topic: string, bytes: Uint8Array): void;
  /** How many nodes have joined a topic, this one included, where the broker knows. */
  subscribers?(topic: string): Promise<number>;
  /** Only of brokers that keep messages. */
  readonly log?: BusLog;
  /** Only of brokers that keep values. */
  readonly store?: BusStore;
  /** Lets go of everything; connections that the program has handed in stay open. */
  close(): Promise<void>;
}
