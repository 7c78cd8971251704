// Following a log, until it is followed: the broker may be away, refuse, or be slow to answer.
// Place: recovering adapter -> replicated log (**subscription**) -> bus -> the broker
//
//   away --broker there--> asking --answer--> following        asking --refused, after a while or broker back--> asking
//   any --closed--> closed; what comes after that is left at once
//
// Rules: it is asked for once at a time; once it is followed the bus goes on by itself after a loss of the connection.

import type { Cancel, Clock } from "@bowline/protocol/internal";
import type { Bus, BusLog, Leave, LogFollower } from "./bus.ts";
import type { Offset } from "./message.ts";

/** How soon a failed attempt is repeated while the broker seems to be there, in milliseconds. */
const RETRY_MS = 500;

/** What a subscription is made of. */
export interface LogSubscriptionOptions {
  readonly bus: Pick<Bus, "status" | "onStatus">;
  readonly log: BusLog;
  readonly topic: string;
  readonly clock: Clock;
}

/** Who has a subscription. */
export interface LogSubscriptionOwner extends LogFollower {
  /** The log is followed from behind an offset. */
  followed(from: Offset): void;
  /** The broker has gone. */
  away(): void;
  /** The broker is back, and the log is followed still. */
  back(): void;
}

/** Follows one log. */
export class LogSubscription {
  readonly #options: LogSubscriptionOptions;
  readonly #owner: LogSubscriptionOwner;
  #state: "away" | "asking" | "following" | "closed" = "away";
  #leave: Leave = async () => undefined;
  #stopListening: () => void = () => undefined;
  #retry: Cancel | undefined;

  constructor(options: LogSubscriptionOptions, owner: LogSubscriptionOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  /** Begins. */
  start(): void {
    this.#stopListening = this.#options.bus.onStatus((status) => {
      if (status === "down") this.#owner.away();
      else this.#reach();
    });
    this.#reach();
  }

  /** Follows no more. @returns settles once the broker knows; it is never rejected, and may wait as long as it does. */
  async close(): Promise<void> {
    this.#state = "closed";
    this.#stopListening();
    this.#retry?.();
    // A broker that is away follows nobody.
    await this.#leave().catch(() => undefined);
  }

  #reach(): void {
    if (this.#options.bus.status !== "up") return;
    if (this.#state === "following") this.#owner.back();
    else if (this.#state === "away") this.#ask();
  }

  #ask(): void {
    this.#state = "asking";
    const { log, topic } = this.#options;
    log.follow(topic, this.#owner).then(
      ({ from, leave }) => {
        if (this.#state === "closed") {
          leave().catch(() => undefined);
          return;
        }
        this.#state = "following";
        this.#leave = leave;
        this.#owner.followed(from);
      },
      () => this.#refused(),
    );
  }

  #refused(): void {
    if (this.#state === "closed") return;
    this.#state = "away";
    this.#retry ??= this.#options.clock.after(RETRY_MS, () => {
      this.#retry = undefined;
      this.#reach();
    });
  }
}
