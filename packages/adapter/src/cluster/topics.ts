// The topics that a node has joined: each once on the bus, whoever listens here.
// Place: cluster adapters -> cluster (**topics**) -> bus
// Rules: joins and leaves of a topic never overtake each other; what the broker refuses is tried again until it is there;
//        nobody waits for a broker that is away.

import type { Cancel, Clock } from "@bowline/protocol/internal";
import type { Bus, Leave, Receive } from "./bus.ts";

/** How long it takes until a join that has failed is tried again, in milliseconds. */
const RETRY_MS = 1_000;

/** How long anybody waits for a broker that says nothing at all, in milliseconds. */
const PATIENCE_MS = 5_000;

interface Topic {
  readonly name: string;
  readonly receivers: Set<Receive>;
  /** There as long as the topic is joined. */
  leave: Leave | undefined;
  /** Whether a join or a leave is on its way. */
  isBusy: boolean;
  /** Whether the broker has come back since that has begun. */
  isOutdated: boolean;
  /** Those who wait until the topic is joined. */
  waiters: (() => void)[];
  /** Ends the time for which they do. */
  stopPatience: Cancel | undefined;
}

/** What topics need of their surroundings. */
export interface TopicsHost {
  readonly clock: Clock;
  /** Told what the broker refuses, and what a receiver throws. */
  failed(error: unknown): void;
}

type TopicsBus = Pick<Bus, "status" | "join">;

/** The topics of one node. */
export class Topics {
  readonly #bus: TopicsBus;
  readonly #host: TopicsHost;
  readonly #topics: Map<string, Topic> = new Map();
  #stopRetry: Cancel | undefined;
  #isClosed = false;

  constructor(bus: TopicsBus, host: TopicsHost) {
    this.#bus = bus;
    this.#host = host;
  }

  /** How many topics are joined, or about to be. */
  get size(): number {
    return this.#topics.size;
  }

  /** Has a topic's messages come in. */
  join(name: string, receive: Receive): void {
    if (this.#isClosed) return;
    const topic = this.#of(name);
    topic.receivers.add(receive);
    this.#settle(topic);
  }

  /** Wants a topic's messages no more. */
  leave(name: string, receive: Receive): void {
    const topic = this.#topics.get(name);
    if (topic?.receivers.delete(receive) === true) this.#settle(topic);
  }

  /**
   * Waits until the broker knows that a topic is joined.
   * @returns undefined where there is nothing to wait for; the promise is never rejected, and settles at the latest when the
   * broker goes away, or has said nothing for five seconds.
   */
  joined(name: string): Promise<void> | undefined {
    const topic = this.#topics.get(name);
    if (topic === undefined || topic.leave !== undefined || this.#bus.status !== "up") return undefined;
    topic.stopPatience ??= this.#host.clock.coarse(PATIENCE_MS, () => this.#release(topic));
    return new Promise((resolve) => topic.waiters.push(resolve));
  }

  /** The broker has come or gone. */
  statusChanged(): void {
    for (const topic of [...this.#topics.values()]) {
      if (this.#bus.status !== "up") {
        this.#release(topic);
      } else if (topic.isBusy) {
        topic.isOutdated = true;
      } else {
        this.#settle(topic);
      }
    }
  }

  /** Leaves all topics. @returns settles once the broker knows. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopRetry?.();
    const left: Promise<void>[] = [];
    for (const topic of this.#topics.values()) {
      topic.receivers.clear();
      this.#release(topic);
      // One that is being joined is left as soon as it is.
      if (topic.leave !== undefined && !topic.isBusy) left.push(this.#work(topic));
    }
    await Promise.all(left);
  }

  #of(name: string): Topic {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = {
        name,
        receivers: new Set(),
        leave: undefined,
        isBusy: false,
        isOutdated: false,
        waiters: [],
        stopPatience: undefined,
      };
      this.#topics.set(name, topic);
    }
    return topic;
  }

  #settle(topic: Topic): void {
    if (!topic.isBusy) void this.#work(topic);
  }

  /** Joins or leaves until the topic is what is wanted. */
  async #work(topic: Topic): Promise<void> {
    topic.isBusy = true;
    topic.isOutdated = false;
    try {
      while (topic.receivers.size > 0 !== (topic.leave !== undefined)) {
        if (topic.leave === undefined) {
          topic.leave = await this.#bus.join(topic.name, (bytes) => this.#received(topic, bytes));
        } else {
          const { leave } = topic;
          topic.leave = undefined;
          await leave();
        }
      }
      this.#release(topic);
    } catch (error) {
      topic.isBusy = false;
      // A refusal of before the broker came back says nothing about now.
      if (topic.isOutdated) await this.#work(topic);
      else this.#broke(topic, error);
      return;
    }
    topic.isBusy = false;
    this.#forgetIfIdle(topic);
  }

  #forgetIfIdle(topic: Topic): void {
    if (topic.receivers.size === 0 && topic.leave === undefined) this.#topics.delete(topic.name);
  }

  /** What the broker refuses because it is away is tried again when it is back. */
  #broke(topic: Topic, error: unknown): void {
    this.#release(topic);
    this.#forgetIfIdle(topic);
    if (this.#isClosed || this.#bus.status === "closed") return;
    if (this.#bus.status === "up") this.#host.failed(error);
    this.#stopRetry ??= this.#host.clock.coarse(RETRY_MS, () => {
      this.#stopRetry = undefined;
      for (const waiting of [...this.#topics.values()]) this.#settle(waiting);
    });
  }

  #release(topic: Topic): void {
    const { waiters } = topic;
    topic.stopPatience?.();
    topic.stopPatience = undefined;
    topic.waiters = [];
    for (const resolve of waiters) resolve();
  }

  #received(topic: Topic, bytes: Uint8Array): void {
    for (const receive of [...topic.receivers]) {
      try {
        receive(bytes);
      } catch (error) {
        this.#host.failed(error);
      }
    }
  }
}
