// The queue of a socket that sends again what was not acknowledged: each event at least once, and in order.
// Place: bytes <- engine dialect <- session <- socket codec <- connection / namespace / **socket**
//
//   first of the queue: resting --drain()--> under way --acknowledged, tries used up--> gone, the next one's turn
//                       under way --no answer in time, connection lost--> resting
//
// Rules: one event is under way; a new connection starts it again; its acknowledgement takes an error or null first.
// Source: docs/protocol/socket-5.md, "Acknowledgements"

import type { AckCallback } from "@bowline/protocol/internal";
import type { Modifiers } from "./emission.ts";

/** An event that waits for its acknowledgement, and how to send it. */
export interface Retried {
  readonly event: readonly unknown[];
  readonly ack: AckCallback | undefined;
  readonly modifiers: Modifiers;
}

/** What a queue needs of its socket. */
export interface RetryHost {
  /** How often an event is sent again. */
  readonly retries: number;
  /** Whether an event sent now would leave over a living connection. */
  canSend(): boolean;
  /**
   * Sends an event once; its answer, behind null, or an error goes to `settle`.
   * @throws whatever the encoder throws.
   */
  attempt(item: Retried, settle: (...answer: readonly unknown[]) => void): void;
  /** Calls the acknowledgement of the program. */
  answer(ack: AckCallback | undefined, args: readonly unknown[]): void;
  guard(action: () => void): void;
}

/** The events of one socket that are sent until they are acknowledged. */
export class RetryQueue {
  readonly #host: RetryHost;
  readonly #items: Retried[] = [];
  #tries = 0;
  #isUnderWay = false;

  constructor(host: RetryHost) {
    this.#host = host;
  }

  /** How many events wait, the one under way among them. */
  get length(): number {
    return this.#items.length;
  }

  /** @throws whatever the encoder throws, where the event can be sent at once. */
  add(item: Retried): void {
    this.#items.push(item);
    this.drain();
  }

  /**
   * Sends the first event, unless it is under way.
   * @param isAnew whether the connection is another one, whatever is under way.
   */
  drain(isAnew = false): void {
    const [item] = this.#items;
    if (item === undefined || (this.#isUnderWay && !isAnew) || !this.#host.canSend()) return;
    this.#isUnderWay = true;
    const tries = ++this.#tries;
    try {
      this.#host.attempt(item, (...answer) => {
        this.#isUnderWay = false;
        if (answer[0] === null || tries > this.#host.retries) this.#settle(item, answer);
        this.#host.guard(() => this.drain());
      });
    } catch (error) {
      // What has no JSON now will have none later, and must not keep the others waiting.
      this.#settle(undefined, []);
      this.#isUnderWay = false;
      this.#host.guard(() => this.drain());
      throw error;
    }
  }

  #settle(item: Retried | undefined, answer: readonly unknown[]): void {
    this.#items.shift();
    this.#tries = 0;
    this.#host.guard(() => this.#host.answer(item?.ack, answer));
  }
}
