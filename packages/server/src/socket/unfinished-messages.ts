// What clients have begun to say and not ended: the bytes of messages whose attachments are still due, of all connections
// of a server together.
// Place: session -> socket codec -> connection (**unfinished messages**)
// Rules: over the budget, who has sent nothing for the longest time is given up first, and never the last one, so that any
//        single message may come; who sends nothing more of a message is given up after the time of a heartbeat. Messages
//        that come whole are not seen here.
// Source: docs/security.md, "Unfinished messages"

import type { Cancel, Clock } from "@bowline/protocol/internal";
import type { RefusalCode } from "../refusal-code.ts";

/** Who is in the middle of a message. */
export interface Speaker {
  giveUp(code: RefusalCode): void;
}

/** What of a message has come. */
interface Part {
  readonly bytes: number;
  /** When the last of it came. */
  readonly at: number;
}

/** What the messages may come to. */
export interface UnfinishedLimits {
  readonly maxBytes: number;
  /** Milliseconds without a further part, after which a message is given up. */
  readonly timeoutMs: number;
}

/** The unfinished messages of one server. */
export class UnfinishedMessages {
  readonly #clock: Clock;
  readonly #limits: () => UnfinishedLimits;
  /** Who has been silent for the longest time comes first. */
  readonly #parts: Map<Speaker, Part> = new Map();
  #bytes = 0;
  #stopTimer: Cancel | undefined;

  /** @param limits asked each time, since programs change options while a server runs. */
  constructor(clock: Clock, limits: () => UnfinishedLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /** How many bytes are held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many messages are not finished. */
  get size(): number {
    return this.#parts.size;
  }

  /** A part of a message has come, and more is due. */
  add(speaker: Speaker, bytes: number): void {
    const before = this.#parts.get(speaker)?.bytes ?? 0;
    // Put in anew, it is the last one again.
    this.#parts.delete(speaker);
    this.#parts.set(speaker, { bytes: before + bytes, at: this.#clock.now() });
    this.#bytes += bytes;
    const { maxBytes } = this.#limits();
    while (this.#bytes > maxBytes && this.#parts.size > 1) this.#giveUpFirst("BOWLINE_UNFINISHED_OVER_LIMIT");
    this.#watch();
  }

  /** A message is whole, or will never be. */
  remove(speaker: Speaker): void {
    this.#bytes -= this.#parts.get(speaker)?.bytes ?? 0;
    this.#parts.delete(speaker);
    if (this.#parts.size > 0) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  #giveUpFirst(code: RefusalCode): void {
    const [first] = this.#parts.keys();
    if (first === undefined) return;
    this.remove(first);
    first.giveUp(code);
  }

  /** One timer for all: it is set for who has been silent for the longest time. */
  #watch(): void {
    if (this.#stopTimer !== undefined) return;
    const [first] = this.#parts.values();
    if (first === undefined) return;
    const due = first.at + this.#limits().timeoutMs;
    this.#stopTimer = this.#clock.coarse(Math.max(due - this.#clock.now(), 0), () => {
      this.#stopTimer = undefined;
      const now = this.#clock.now();
      const { timeoutMs } = this.#limits();
      for (const [, { at }] of [...this.#parts]) {
        if (at + timeoutMs > now) break;
        this.#giveUpFirst("BOWLINE_MESSAGE_ABANDONED");
      }
      this.#watch();
    });
  }
}
