// The bus of a worker: what the cluster asks of a broker, asked of the hub in the primary.
// Place: cluster adapter -> wire -> **bus** -> link -> hub, and back the same way
// Rules: what has been joined and followed is joined and followed again, from where it was, when the line is back, and the
//        last will is left again; messages that were dropped since this process took none for a while are a loss of the line to the cluster: it looks anew.

import type {
  Bus,
  BusLog,
  BusLogEntry,
  BusStatus,
  BusStore,
  Leave,
  LogFollower,
  Receive,
} from "@bowline/adapter/cluster";
import { BusError, compareOffsets } from "@bowline/adapter/cluster";
import { bytesAt, type Frame, Kind, numberAt, textAt } from "./frame.ts";
import { type Connector, HubLine, type LineSurroundings } from "./hub-line.ts";
import type { Waiting } from "./requests.ts";

/** Options of the bus. */
export interface HubBusOptions {
  readonly maxMessageBytes: number;
  readonly maxQueuedBytes: number;
}

/** Those who wait until the hub knows; they go on waiting while the line is down. */
interface Knower<Known> {
  resolve(known: Known): void;
  reject(error: Error): void;
}

interface Joined {
  readonly receive: Receive;
  waiting: Knower<void>[];
}

interface Followed {
  readonly follower: LogFollower;
  /** The last offset that was told; undefined until the hub has said where it begins. */
  last: string | undefined;
  waiting: Knower<string>[];
}

/** Of what becomes of a request nobody wants to know. */
const UNHEARD: Waiting = { resolve: () => undefined, reject: () => undefined };

function answerOf(frame: Frame | undefined): Frame {
  if (frame === undefined) throw new BusError("BOWLINE_BUS_REFUSED", "Cannot use the primary's answer: there is none");
  return frame;
}

function valueIn(answer: Frame | undefined): Awaited<ReturnType<BusStore["take"]>> {
  const frame = answerOf(answer);
  return frame.fields.length === 0 ? undefined : { value: bytesAt(frame, 0), fence: numberAt(frame, 1) };
}

/** A bus over the hub. */
export class HubBus implements Bus {
  readonly log: BusLog;
  readonly store: BusStore;
  readonly #line: HubLine;
  readonly #warn: LineSurroundings["warn"];
  readonly #joined: Map<string, Joined> = new Map();
  readonly #followed: Map<string, Followed> = new Map();
  readonly #listeners: Set<(status: BusStatus) => void> = new Set();
  #will: { readonly topic: string; readonly bytes: Uint8Array } | undefined;

  constructor(connector: Connector, options: HubBusOptions, surroundings: LineSurroundings) {
    this.#warn = surroundings.warn;
    this.#line = new HubLine(connector, options, surroundings, {
      status: (status) => this.#tell(status),
      welcome: () => this.#askAgain(),
      frame: (frame) => this.#take(frame),
      lost: (count) => this.#lost(count),
    });
    this.log = {
      append: (topic, bytes) => this.#append(topic, bytes),
      follow: (topic, follower) => this.#follow(topic, follower),
      read: (topic, after) => this.#read(topic, after),
      reaches: async (topic, offset) =>
        numberAt(answerOf(await this.#line.request(Kind.REACHES, topic, offset)), 0) === 1,
      compare: compareOffsets,
    };
    this.store = {
      put: async (key, value, fence, ttlMs) => {
        this.#checkSize(value);
        await this.#line.request(Kind.PUT, key, value, fence, ttlMs);
      },
      take: async (key) => valueIn(await this.#line.request(Kind.TAKE, key)),
      claim: async (key) => valueIn(await this.#line.request(Kind.CLAIM, key)),
      drop: async (key, fence) => {
        await this.#line.request(Kind.DROP, key, fence);
      },
    };
  }

  get maxMessageBytes(): number {
    return this.#line.maxMessageBytes;
  }

  get status(): BusStatus {
    return this.#line.status;
  }

  /** Connects; called once. */
  open(): void {
    this.#line.open();
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    // One function may be handed in twice.
    const own = (status: BusStatus): void => listener(status);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  async publish(topic: string, bytes: Uint8Array): Promise<void> {
    this.#checkSize(bytes);
    await this.#line.request(Kind.PUBLISH, topic, bytes);
  }

  join(topic: string, receive: Receive): Promise<Leave> {
    if (this.#joined.has(topic)) {
      return Promise.reject(new TypeError(`Cannot join the topic "${topic}": this bus has joined it`));
    }
    if (this.status === "closed") return Promise.reject(this.#closed());
    const joined: Joined = { receive, waiting: [] };
    this.#joined.set(topic, joined);
    const leave = async (): Promise<void> => {
      if (this.#joined.get(topic) !== joined) return;
      this.#joined.delete(topic);
      for (const { resolve } of joined.waiting.splice(0)) resolve();
      if (this.status === "up") await this.#line.request(Kind.LEAVE, topic);
    };
    const known = new Promise<void>((resolve, reject) => {
      joined.waiting.push({ resolve, reject });
    });
    if (this.status === "up") this.#askToJoin(topic, joined);
    return known.then(() => leave);
  }

  leaveWill(topic: string, bytes: Uint8Array): void {
    this.#will = { topic, bytes };
    if (this.status === "up") this.#askForWill();
  }

  async subscribers(topic: string): Promise<number> {
    return numberAt(answerOf(await this.#line.request(Kind.COUNT, topic)), 0);
  }

  async close(): Promise<void> {
    this.#line.close();
    const error = this.#closed();
    for (const { waiting } of [...this.#joined.values(), ...this.#followed.values()]) {
      for (const { reject } of waiting.splice(0)) reject(error);
    }
    this.#joined.clear();
    this.#followed.clear();
    this.#listeners.clear();
  }

  #closed(): BusError {
    return new BusError("BOWLINE_BUS_CLOSED", "Cannot use the bus: it is closed");
  }

  /** @throws RangeError for more than the hub takes. */
  #checkSize(bytes: Uint8Array): void {
    const most = this.maxMessageBytes;
    if (bytes.byteLength > most) {
      throw new RangeError(`Cannot send ${bytes.byteLength} bytes to the other servers: "maxMessageBytes" is ${most}`);
    }
  }

  async #append(topic: string, bytes: Uint8Array): Promise<string> {
    this.#checkSize(bytes);
    return textAt(answerOf(await this.#line.request(Kind.APPEND, topic, bytes)), 0);
  }

  #follow(topic: string, follower: LogFollower): Promise<{ from: string; leave: Leave }> {
    if (this.#followed.has(topic)) {
      return Promise.reject(new TypeError(`Cannot follow the log of "${topic}": this bus follows it`));
    }
    if (this.status === "closed") return Promise.reject(this.#closed());
    const followed: Followed = { follower, last: undefined, waiting: [] };
    this.#followed.set(topic, followed);
    const leave = async (): Promise<void> => {
      if (this.#followed.get(topic) !== followed) return;
      this.#followed.delete(topic);
      if (this.status === "up") await this.#line.request(Kind.UNFOLLOW, topic);
    };
    const known = new Promise<string>((resolve, reject) => {
      followed.waiting.push({ resolve, reject });
    });
    if (this.status === "up") this.#askToFollow(topic, followed);
    return known.then((from) => ({ from, leave }));
  }

  async *#read(topic: string, after: string): AsyncGenerator<BusLogEntry, void, undefined> {
    let [from, upTo, hasMore] = [after, "", true];
    while (hasMore) {
      const frame = answerOf(await this.#line.request(Kind.READ, topic, from, upTo));
      upTo = textAt(frame, 0);
      hasMore = numberAt(frame, 1) === 1;
      for (let at = 2; at < frame.fields.length; at += 2) {
        from = textAt(frame, at);
        yield { offset: from, bytes: bytesAt(frame, at + 1) };
      }
    }
  }

  /** The hub knows nothing of this bus, be it for the first time or again. */
  #askAgain(): void {
    for (const [topic, joined] of this.#joined) this.#askToJoin(topic, joined);
    for (const [topic, followed] of this.#followed) this.#askToFollow(topic, followed);
    this.#askForWill();
  }

  #askForWill(): void {
    const will = this.#will;
    // What is not known when the line is lost is left again when it is back.
    if (will !== undefined) this.#line.ask(UNHEARD, Kind.WILL, will.topic, will.bytes);
  }

  #askToJoin(topic: string, { waiting }: Joined): void {
    const resolve = (): void => {
      for (const knower of waiting.splice(0)) knower.resolve();
    };
    // What is not known when the line is lost is asked again when it is back.
    this.#line.ask({ resolve, reject: () => undefined }, Kind.JOIN, topic);
  }

  #askToFollow(topic: string, followed: Followed): void {
    const resolve = (frame: Frame | undefined): void => {
      const from = textAt(answerOf(frame), 0);
      const isGap = followed.last !== undefined && numberAt(answerOf(frame), 1) === 1;
      followed.last = from;
      if (isGap) this.#hand(() => followed.follower.gap());
      for (const knower of followed.waiting.splice(0)) knower.resolve(from);
    };
    this.#line.ask({ resolve, reject: () => undefined }, Kind.FOLLOW, topic, followed.last ?? "");
  }

  #take(frame: Frame): void {
    switch (frame.kind) {
      case Kind.MESSAGE: {
        const bytes = bytesAt(frame, 1);
        const joined = this.#joined.get(textAt(frame, 0));
        this.#hand(() => joined?.receive(bytes));
        return;
      }
      case Kind.ENTRY: {
        const followed = this.#followed.get(textAt(frame, 0));
        if (followed === undefined) return;
        const [offset, bytes] = [textAt(frame, 1), bytesAt(frame, 2)];
        followed.last = offset;
        this.#hand(() => followed.follower.entry({ offset, bytes }));
        return;
      }
      case Kind.GAP: {
        const followed = this.#followed.get(textAt(frame, 0));
        this.#hand(() => followed?.follower.gap());
        return;
      }
      default:
      // A kind of a later version.
    }
  }

  /** What a listener throws is its own mistake, and harms neither the line nor what comes behind. */
  #hand(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#warn("BOWLINE_CLUSTER", `Cannot take a message of another server: ${String(error)}`);
    }
  }

  #lost(count: number): void {
    this.#warn(
      "BOWLINE_BUS_LOST",
      `${count} messages of other servers were dropped, since this process took none for a while: is its event loop blocked?`,
    );
    this.#tell("down");
    this.#tell("up");
  }

  #tell(status: BusStatus): void {
    for (const listener of [...this.#listeners]) listener(status);
  }
}
