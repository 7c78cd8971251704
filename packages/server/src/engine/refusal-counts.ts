// Counts refusals by their codes, whether or not anybody listens at a trace point.
// Place: beside engine server and server -> what programs put into their metrics
// Rules: a count only grows; a code that never came about is not among them.
// Source: docs/errors.md, "Refusals of the server"

import type { RefusalCode } from "../refusal-code.ts";

/** How often each refusal has come about. */
export type RefusalRecord = Readonly<Partial<Record<RefusalCode, number>>>;

/** The refusals of one engine, or of one server. */
export class RefusalCounts {
  readonly #counts: Map<RefusalCode, number> = new Map();

  add(code: RefusalCode): void {
    this.#counts.set(code, this.of(code) + 1);
  }

  /** How often a refusal has come about. */
  of(code: RefusalCode): number {
    return this.#counts.get(code) ?? 0;
  }

  /** All that have come about, these and others together. */
  with(others?: RefusalCounts): RefusalRecord {
    const sums = new Map(this.#counts);
    for (const [code, count] of others?.counts() ?? []) sums.set(code, this.of(code) + count);
    return Object.fromEntries(sums);
  }

  /** Those that have come about. */
  counts(): Iterable<readonly [RefusalCode, number]> {
    return this.#counts;
  }
}
