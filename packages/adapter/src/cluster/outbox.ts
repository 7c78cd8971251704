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

/** A message on its way; what becomes of it is a promise only where somebody asks. */
class Message {
  readonly topic: string;
  readonly bytes: Uint8Array;
  /** When it was handed over. */
  sinceMs = 0;
  #resolve: ((error: Error | undefined) => void) | undefined;
  #over: Promise<Error | undefined> | undefined;

  constructor(topic: string, bytes: Uint8Array) {
    this.topic = topic;
    this.bytes = bytes;
  }

  /** Settles when it is over, with what was wrong. Asked for before that. */
  get over(): Promise<Error | undefined> {
    this.#over ??= new Promise((resolve) => {
      this.#resolve = resolve;
    });
    return this.#over;
  }

  /** It is over, or nobody waits for it any more. */
  settle(error?: Error): void {
    this.#resolve?.(error);
  }
}

function costOf({ byteLength }: Uint8Array): number {
  return byteLength + MESSAGE_COST_BYTES;
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
  #waiting: Message[] = [];
  /** What waits, and what the broker has yet to confirm. */
  #bytes = 0;
  /** What the broker has yet to confirm, in the order in which it was handed over. */
  readonly #onTheirWay: Set<Message> = new Set();
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

  /** As `send`, where nobody waits for what becomes of it. */
  post(topic: string, bytes: Uint8Array, worth: Worth = "later"): void {
    this.#take(new Message(topic, bytes), worth);
  }

  /**
   * Sends bytes to a topic.
   * @param worth what becomes of it while the broker is away, or too much is on its way.
   * @returns settles when the broker has it; undefined as a value, the error where it will never have it, or has said nothing
   * for ten seconds.
   */
  send(topic: string, bytes: Uint8Array, worth: Worth = "later"): Promise<Error | undefined> {
    const message = new Message(topic, bytes);
    const { over } = message;
    this.#take(message, worth);
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
    for (const message of due) this.#publish(message);
  }

  /** Lets go of what waits. */
  close(): void {
    this.#isClosed = true;
    this.#stopWatch?.();
    const left = this.#waiting;
    this.#waiting = [];
    for (const message of left) this.#settle(message, closedError(message.topic));
  }

  #take(message: Message, worth: Worth): void {
    const { topic, bytes } = message;
    const { maxMessageBytes, status } = this.#bus;
    const most = this.#maxQueuedBytes + (worth === "life" ? LIFE_BYTES : 0);
    if (this.#isClosed) {
      message.settle(closedError(topic));
    } else if (bytes.byteLength > maxMessageBytes) {
      this.#drop(message, "too large", `it has ${bytes.byteLength} bytes, and the broker takes ${maxMessageBytes}`);
    } else if (worth !== "later" && status !== "up") {
      this.#drop(message, "away", "the broker is away");
    } else if (this.#bytes + costOf(bytes) > most) {
      const queued = `${this.#bytes} bytes wait for the broker already`;
      this.#drop(message, "full", `${queued}; see the option maxQueuedBytes`);
    } else {
      this.#bytes += costOf(bytes);
      this.#waiting.push(message);
      this.flush();
    }
  }

  #drop(message: Message, reason: DropReason, text: string): void {
    const error = new Error(`Cannot send to "${message.topic}": ${text}`);
    this.#events.dropped(reason, error);
    message.settle(error);
  }

  /** It is over: its room is free. */
  #settle(message: Message, error?: Error): void {
    this.#bytes -= costOf(message.bytes);
    message.settle(error);
  }

  #publish(message: Message): void {
    message.sinceMs = this.#clock.now();
    this.#onTheirWay.add(message);
    this.#watch();
    this.#bus.publish(message.topic, message.bytes).then(
      () => {
        this.#onTheirWay.delete(message);
        this.#settle(message);
        this.#events.published();
      },
      (error: unknown) => {
        this.#onTheirWay.delete(message);
        // Whether the broker has it nobody knows: once more could be twice.
        const reason = asError(error);
        this.#settle(message, reason);
        if (!this.#isClosed) this.#events.dropped("failed", reason);
      },
    );
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
      message.settle(error);
      this.#events.unconfirmed(error);
    }
  }
}
