// Asks, whenever the broker was away, whether it has lost what it had shown.
// Place: recovering adapter -> replicated log (**review**) -> bus -> the broker
//
//   sure --broker away--> doubtful --broker back--> asking --answer--> sure        asking --refused, broker away--> doubtful
//
// Rules: nothing is written before the answer has come; a log that loses nothing is not asked.

import type { Cancel, Clock } from "@bowline/protocol/internal";
import type { Bus, BusLog } from "./bus.ts";
import type { Offset } from "./message.ts";

/** How soon a failed attempt is repeated while the broker seems to be there, in milliseconds. */
const RETRY_MS = 500;

/** What a review is made of. */
export interface LogReviewOptions {
  readonly bus: Pick<Bus, "status">;
  readonly log: BusLog;
  readonly topic: string;
  readonly clock: Clock;
}

/** Who has a review. */
export interface LogReviewOwner {
  /** How far the log has been read; undefined before it has been reached. */
  readonly position: Offset | undefined;
  /** What is behind the first offset, up to the second one, has gone. */
  lost(from: Offset, to: Offset): void;
  /** What the log has is known: writing may go on. */
  done(): void;
}

/** Reviews one log. */
export class LogReview {
  readonly #options: LogReviewOptions;
  readonly #owner: LogReviewOwner;
  #state: "sure" | "doubtful" | "asking" | "closed" = "sure";
  #retry: Cancel | undefined;

  constructor(options: LogReviewOptions, owner: LogReviewOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  /** Whether the log has what it has shown, as far as anybody knows. */
  get isSure(): boolean {
    return this.#state === "sure";
  }

  /** The broker has gone. */
  away(): void {
    if (this.#state !== "closed" && this.#options.log.lastUpTo !== undefined) this.#state = "doubtful";
  }

  /** The broker is there, or seems to be. */
  back(): void {
    const { bus, log, topic } = this.#options;
    const { position } = this.#owner;
    if (bus.status !== "up" || this.#state === "asking" || this.#state === "closed") return;
    if (this.#state === "sure" || position === undefined || log.lastUpTo === undefined) {
      this.#settle();
      return;
    }
    this.#state = "asking";
    log.lastUpTo(topic, position).then(
      (found) => {
        if (this.#state !== "asking") return;
        // Where nothing is left the log tells its follower of a gap.
        if (found !== undefined && found !== position) this.#owner.lost(found, position);
        this.#settle();
      },
      () => this.#refused(),
    );
  }

  close(): void {
    this.#state = "closed";
    this.#retry?.();
  }

  #settle(): void {
    this.#state = "sure";
    this.#owner.done();
  }

  #refused(): void {
    if (this.#state === "asking") this.#state = "doubtful";
    if (this.#state === "closed") return;
    this.#retry ??= this.#options.clock.after(RETRY_MS, () => {
      this.#retry = undefined;
      this.back();
    });
  }
}
