// A warning of something that goes wrong again and again.
// Place: cluster, its adapters and what keeps their sessions -> **recurring warning** -> the outlet for warnings
// Rules: a broker that is away fails every message, and somebody may well bring sense and nonsense by turns: a trouble is told
//        when it begins, not again before it is over, and once a minute at most, however often it begins.

import type { Clock } from "@bowline/protocol/internal";

/** How long nothing more is told of a trouble that comes back, in milliseconds. */
const QUIET_MS = 60_000;

/** Tells of one kind of trouble. */
export class RecurringWarning {
  readonly #clock: Pick<Clock, "now">;
  readonly #warn: (text: string) => void;
  #isLasting = false;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, "now">, warn: (text: string) => void) {
    this.#clock = clock;
    this.#warn = warn;
  }

  /** It goes wrong. */
  give(text: string): void {
    if (this.#isLasting) return;
    this.#isLasting = true;
    const now = this.#clock.now();
    if (now - this.#toldAtMs < QUIET_MS) return;
    this.#toldAtMs = now;
    this.#warn(text);
  }

  /** It goes well again. */
  over(): void {
    this.#isLasting = false;
  }
}

/** What an error says, whatever was thrown. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
