// A bus over publish and subscribe of Redis.
// Place: cluster adapter -> wire -> **bus** -> client of Redis -> Redis, and back the same way
//
//   connecting --both lines ready, all topics subscribed--> up --a line lost--> down --as before--> up
//   any of them --close()--> closed
//
// Rules: what is published while Redis is away is refused, and not left to the client's queue; a topic that has been joined
//        is subscribed anew by itself, and only then is the bus up; clients stay open, and have one listener for `error`
//        from us, so that a Redis that goes away ends no program.
// Source: docs/protocol/cluster.md, "Publish and subscribe"

import type { Bus, BusStatus, Leave, Receive } from "@bowline/adapter/cluster";
import { busErrorOf } from "./bus-error.ts";
import { channelNameOf } from "./channel-name.ts";
import type { ChannelKind, HearingLine, PublishingLine } from "./redis-client.ts";
import type { Surroundings } from "./surroundings.ts";

/** What is told of a bus of Redis. */
export interface RedisBusOptions {
  /**
   * What one message may have at most, in bytes. Redis hangs up on a subscriber that is 32 MB behind
   * (`client-output-buffer-limit pubsub`): a message of that size costs every node its connection.
   * @default 16777216 (16 MiB)
   */
  readonly maxMessageBytes?: number;
}

/** The parts of a bus. */
export interface PubSubParts {
  readonly publisher: PublishingLine;
  readonly subscriber: HearingLine;
  /** How a topic is heard. */
  kindOf(topic: string): ChannelKind;
  readonly surroundings: Surroundings;
}

const DEFAULTS: Required<RedisBusOptions> = { maxMessageBytes: 16 * 1024 * 1024 };

/** How many topics are subscribed anew at the same time. */
const RESUBSCRIBE_BATCH = 500;
/** How often a bus that is not up looks at its lines, in milliseconds: some clients do not say when they are ready. */
const LOOK_MS = 1_000;
/** After so many looks, from the beginning, without Redis somebody is told. */
const PATIENCE = 10;

/** @throws RangeError where an option makes no sense. */
function resolveOptions(options: RedisBusOptions): Required<RedisBusOptions> {
  const { maxMessageBytes = DEFAULTS.maxMessageBytes } = options;
  if (Number.isSafeInteger(maxMessageBytes) && maxMessageBytes > 0) return { maxMessageBytes };
  throw new RangeError(
    `Cannot use the option maxMessageBytes "${maxMessageBytes}": give a whole number of bytes, 1 or more`,
  );
}

/** Publish and subscribe as a bus. */
export class PubSubBus implements Bus {
  readonly maxMessageBytes: number;
  readonly #parts: PubSubParts;
  readonly #topics: Map<string, Receive> = new Map();
  readonly #listeners: Set<(status: BusStatus) => void> = new Set();
  readonly #stopListening: readonly (() => void)[];
  #status: BusStatus = "connecting";
  /** Counts the losses, so that what was begun before one is known as such. */
  #epoch = 0;
  #isSubscribing = false;
  /** Whether that was told of. */
  #isRefused = false;
  #looks = 0;
  #stopLooking: () => void = () => undefined;

  /** @throws RangeError where an option makes no sense. */
  constructor(parts: PubSubParts, options: RedisBusOptions = {}) {
    this.maxMessageBytes = resolveOptions(options).maxMessageBytes;
    this.#parts = parts;
    const look = (): void => this.#look();
    this.#stopListening = [parts.publisher.onChange(look), parts.subscriber.onChange(look)];
    this.#lookLater();
    this.#look();
  }

  get status(): BusStatus {
    return this.#status;
  }

  onStatus(listener: (status: BusStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async publish(topic: string, bytes: Uint8Array): Promise<void> {
    if (bytes.byteLength > this.maxMessageBytes) {
      const reason = `it has ${bytes.byteLength} bytes, and the option maxMessageBytes allows ${this.maxMessageBytes}`;
      throw new RangeError(`Cannot publish to "${topic}": ${reason}`);
    }
    const { publisher, kindOf } = this.#parts;
    const what = `publish to "${topic}"`;
    if (this.#status === "closed" || !publisher.isReady) throw busErrorOf(what, this.#status);
    // A pattern is for those who hear.
    const kind = kindOf(topic) === "shard" ? "shard" : "channel";
    await this.#asked(what, publisher.publish(kind, channelNameOf(topic), bytes));
  }

  async join(topic: string, receive: Receive): Promise<Leave> {
    if (this.#topics.has(topic)) throw new TypeError(`Cannot join "${topic}": this node has joined it already`);
    const { subscriber, kindOf } = this.#parts;
    const what = `join "${topic}"`;
    if (this.#status === "closed" || !subscriber.isReady) throw busErrorOf(what, this.#status);
    this.#topics.set(topic, receive);
    try {
      await this.#subscribe(topic);
    } catch (error) {
      this.#topics.delete(topic);
      // The client may have kept it for later.
      subscriber.unsubscribe(kindOf(topic), channelNameOf(topic)).catch(() => undefined);
      throw busErrorOf(what, this.#status, error);
    }
    return () => this.#leave(topic, receive);
  }

  async subscribers(topic: string): Promise<number> {
    const { publisher, kindOf } = this.#parts;
    const what = `count who hears "${topic}"`;
    if (this.#status === "closed" || !publisher.isReady) throw busErrorOf(what, this.#status);
    return this.#asked(what, publisher.count(kindOf(topic), channelNameOf(topic)));
  }

  async close(): Promise<void> {
    if (this.#status === "closed") return;
    const { subscriber, kindOf } = this.#parts;
    const topics = [...this.#topics.keys()];
    this.#topics.clear();
    this.#epoch++;
    for (const stop of this.#stopListening) stop();
    this.#stopLooking();
    const left = topics.map((topic) =>
      subscriber.unsubscribe(kindOf(topic), channelNameOf(topic)).catch(() => undefined),
    );
    // A Redis that is away is not waited for.
    if (subscriber.isReady) await Promise.all(left);
    subscriber.close();
    this.#tell("closed");
    this.#listeners.clear();
  }

  async #leave(topic: string, receive: Receive): Promise<void> {
    if (this.#topics.get(topic) !== receive) return;
    this.#topics.delete(topic);
    const { subscriber, kindOf } = this.#parts;
    const left = subscriber.unsubscribe(kindOf(topic), channelNameOf(topic)).catch(() => undefined);
    if (subscriber.isReady) await left;
  }

  #subscribe(topic: string): Promise<unknown> {
    const { subscriber, kindOf } = this.#parts;
    return subscriber.subscribe(kindOf(topic), channelNameOf(topic), (bytes) => this.#received(topic, bytes));
  }

  #received(topic: string, bytes: Uint8Array): void {
    try {
      this.#topics.get(topic)?.(bytes);
    } catch (error) {
      const { warn } = this.#parts.surroundings;
      warn("BOWLINE_BUS_RECEIVER", `A receiver of "${topic}" has thrown: ${String(error)}`);
    }
  }

  /** A line may have come or gone. */
  #look(): void {
    const { publisher, subscriber } = this.#parts;
    if (!publisher.isReady || !subscriber.isReady) {
      this.#epoch++;
      if (this.#status === "up") this.#tell("down");
      return;
    }
    if (this.#status !== "up" && !this.#isSubscribing) void this.#comeUp();
  }

  /** Looks now and then until the bus is up. */
  #lookLater(): void {
    const { after, warn } = this.#parts.surroundings;
    this.#stopLooking = after(LOOK_MS, () => {
      this.#lookLater();
      this.#look();
      if (++this.#looks !== PATIENCE || this.#status !== "connecting" || this.#isRefused) return;
      const { code, message } = busErrorOf("reach the other servers", this.#status);
      warn(code, message);
    });
  }

  /** Subscribes to everything; once more where the line is lost meanwhile, and later where Redis refuses it. */
  async #comeUp(): Promise<void> {
    this.#isSubscribing = true;
    const epoch = this.#epoch;
    const failure = await this.#subscribeAll();
    this.#isSubscribing = false;
    if (!this.#isReady()) return;
    if (epoch !== this.#epoch) return this.#look();
    if (failure === undefined) return this.#tell("up");
    const { warn } = this.#parts.surroundings;
    const { code, message } = busErrorOf("hear other servers", this.#status, failure);
    if (!this.#isRefused) warn(code, message);
    this.#isRefused = true;
  }

  #isReady(): boolean {
    return this.#status !== "closed" && this.#parts.publisher.isReady && this.#parts.subscriber.isReady;
  }

  /** @returns what was refused, if anything was. */
  async #subscribeAll(): Promise<unknown> {
    const topics = [...this.#topics.keys()];
    for (let at = 0; at < topics.length; at += RESUBSCRIBE_BATCH) {
      const batch = topics.slice(at, at + RESUBSCRIBE_BATCH).filter((topic) => this.#topics.has(topic));
      const outcomes = await Promise.allSettled(batch.map((topic) => this.#subscribe(topic)));
      const failed = outcomes.find((outcome) => outcome.status === "rejected");
      if (failed !== undefined) return failed.reason;
    }
    return undefined;
  }

  #tell(status: BusStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    if (status === "up") {
      this.#stopLooking();
      this.#isRefused = false;
    } else if (status === "down") {
      this.#lookLater();
    }
    for (const listener of [...this.#listeners]) listener(status);
  }

  /** @throws BusError where Redis does not do it. */
  async #asked<Answer>(what: string, answer: Promise<Answer>): Promise<Answer> {
    try {
      return await answer;
    } catch (error) {
      throw busErrorOf(what, this.#status, error);
    }
  }
}
