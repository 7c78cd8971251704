// What a node has to say, on its way to the broker: bounded, in order, and kept for a while when the broker is away.
// Place: cluster adapters -> cluster (**outbox**) -> bus -> the broker
//
//   told --broker there--> on its way --broker has it, or says nothing for long--> done
//   told --broker away--> waiting --broker back--> on its way; what finds no room is dropped, and counted
//
// Rules: nothing here throws; what a broker that is slow or away leaves behind takes up a bounded amount of memory; order
//        holds, also between what has waited and what is new; no message is sent twice.

import type { Cancel, Clock } from "@bowline/protocol/internal";
import type { Bus } from "./bus.ts";

/** What a message takes up besides its bytes. */
const MESSAGE_COST_BYTES = 128;

/** Signs of life have so much room of their own, in bytes, when the rest is full. */
const LIFE_BYTES = 1024 * 1024;

/** So long anybody waits for a broker that neither takes nor refuses a message, in milliseconds. */
const PATIENCE_MS = 10_000;

/** Why a message does not reach the broker. */
export type DropReason = "full" | "away" | "too large" | "failed";

/**
 * What a message is worth: something `later` as well, something `now` or never; or as much as `life`, which a full queue must
 * not cost.
 */
export type Worth = "later" | "now" | "life";

/** What an outbox tells of. */
export interface OutboxEvents {
  dropped(reason: DropReason, error: Error): void;
  /** The broker has taken a message. */
  published(): void;
  /** The broker says nothing of a message: nobody knows whether it has it. */
  unconfirmed(error: Error): void;
}

type OutboxBus = Pick<Bus, "status" | "maxMessageBytes" | "publish">;

interface Waiting {
  readonly topic: string;
  readonly bytes: Uint8Array;
  /** It is over: its room is free. */
  readonly settle: (error?: Error) => void;
  /** Nobody waits for it any more. */
  readonly giveUp: (error: Error) => void;
  /** Settles with either of them. */
  readonly over: Promise<unknown>;
  /** When it was handed over. */
  sinceMs: number;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function closedError(topic: string): Error {
  return new Error(`Cannot send to "${topic}": the cluster has been closed`);
}

/** The way out of one node. */
export class Outbox {
  readonly #bus: OutboxBus;
  readonly #maxQueuedBytes: number;
  readonly #events: OutboxEvents;
  #waiting: Waiting[] = [];
  /** What waits, and what the broker has yet to confirm. */
  #bytes = 0;
  /** What somebody waits for, in the order in which it was handed over. */
  readonly #onTheirWay: Set<Waiting> = new Set();
  readonly #clock: Pick<Clock, "now" | "coarse">;
  #stopWatch: Cancel | undefined;
  #isClosed = false;

  /** @param maxQueuedBytes what may wait or be on its way, in bytes. */
  constructor(bus: OutboxBus, clock: Pick<Clock, "now" | "coarse">, maxQueuedBytes: number, events: OutboxEvents) {
    this.#bus = bus;
    this.#clock = clock;
    this.#maxQueuedBytes = maxQueuedBytes;
    this.#events = events;
  }

  /** What waits or is on its way, in bytes. */
  get queuedBytes(): number {
    return this.#bytes;
  }

  /**
   * Sends bytes to a topic.
   * @param worth what becomes of it while the broker is away, or too much is on its way.
   * @returns settles when the broker has it; undefined as a value, the error where it will never have it, or has said nothing
   * for ten seconds.
   */
  send(topic: string, bytes: Uint8Array, worth: Worth = "later"): Promise<Error | undefined> {
    const cost = bytes.byteLength + MESSAGE_COST_BYTES;
    const drop = async (reason: DropReason, text: string): Promise<Error> => {
      const error = new Error(`Cannot send to "${topic}": ${text}`);
      this.#events.dropped(reason, error);
      return error;
    };
    if (this.#isClosed) return Promise.resolve(closedError(topic));
    if (bytes.byteLength > this.#bus.maxMessageBytes) {
      return drop("too large", `it has ${bytes.byteLength} bytes, and the broker takes ${this.#bus.maxMessageBytes}`);
    }
    if (worth !== "later" && this.#bus.status !== "up") return drop("away", "the broker is away");
    if (this.#bytes + cost > this.#maxQueuedBytes + (worth === "life" ? LIFE_BYTES : 0)) {
      return drop("full", `${this.#bytes} bytes wait for the broker already; see the option maxQueuedBytes`);
    }
    let giveUp: (error?: Error) => void = () => undefined;
    const over = new Promise<Error | undefined>((resolve) => {
      giveUp = resolve;
    });
    this.#bytes += cost;
    const settle = (error?: Error): void => {
      this.#bytes -= cost;
      giveUp(error);
    };
    this.#waiting.push({ topic, bytes, settle, giveUp, over, sinceMs: 0 });
    this.flush();
    return over;
  }

  /** @returns settles once the broker has what was sent before, or will never have it, or has said nothing of it. */
  async flushed(): Promise<void> {
    await Promise.all([...this.#onTheirWay, ...this.#waiting].map(({ over }) => over));
  }

  /** Hands over what waits, where the broker is there. */
  flush(): void {
    if (this.#bus.status !== "up" || this.#waiting.length === 0) return;
    const due = this.#waiting;
    this.#waiting = [];
    for (const message of due) void this.#publish(message);
  }

  /** Lets go of what waits. */
  close(): void {
    this.#isClosed = true;
    this.#stopWatch?.();
    const left = this.#waiting;
    this.#waiting = [];
    for (const { topic, settle } of left) settle(closedError(topic));
  }

  async #publish(message: Waiting): Promise<void> {
    const { topic, bytes, settle } = message;
    message.sinceMs = this.#clock.now();
    this.#onTheirWay.add(message);
    this.#watch();
    try {
      await this.#bus.publish(topic, bytes);
      this.#onTheirWay.delete(message);
      settle();
      this.#events.published();
    } catch (error) {
      this.#onTheirWay.delete(message);
      // Whether the broker has it nobody knows: once more could be twice.
      const reason = asError(error);
      settle(reason);
      if (!this.#isClosed) this.#events.dropped("failed", reason);
    }
  }
  /** Looks for what the broker keeps silent about, as long as there is anything. */
  #watch(): void {
    this.#stopWatch ??= this.#clock.coarse(PATIENCE_MS / 2, () => {
      this.#stopWatch = undefined;
      this.#giveUp();
      if (this.#onTheirWay.size > 0 && !this.#isClosed) this.#watch();
    });
  }

  #giveUp(): void {
    const before = this.#clock.now() - PATIENCE_MS;
    for (const message of this.#onTheirWay) {
      if (message.sinceMs > before) break;
      this.#onTheirWay.delete(message);
      const error = new Error(`Cannot tell whether "${message.topic}" was reached: the broker does not answer`);
      message.giveUp(error);
      this.#events.unconfirmed(error);
    }
  }
}
