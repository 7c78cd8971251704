// What a program decides of the bus, and what holds where it does not.
// Place: program -> **options** -> bus

import { checkPrefix } from "./subjects.ts";

/** What a program may decide of a bus over NATS. */
export interface NatsBusOptions {
  /**
   * The first token of all subjects: letters, digits, `_` and `-`, at most 32 of them. Buses with different ones do not hear
   * each other.
   * @default "bowline"
   */
  readonly prefix?: string;
  /** How long NATS may take for an answer, in milliseconds. @default 10000 */
  readonly answerTimeoutMs?: number;
}

const DEFAULTS = { prefix: "bowline", answerTimeoutMs: 10_000 } as const satisfies Required<NatsBusOptions>;

/** @throws RangeError for what is no whole number from 1. */
export function checkNumber(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1) return;
  throw new RangeError(`Cannot use the option ${name} "${value}": it is a whole number, and at least 1`);
}

/** Checks options and fills in what is left out. */
export function resolveOptions({ prefix, answerTimeoutMs }: NatsBusOptions): Required<NatsBusOptions> {
  const resolved = {
    prefix: prefix ?? DEFAULTS.prefix,
    answerTimeoutMs: answerTimeoutMs ?? DEFAULTS.answerTimeoutMs,
  };
  checkPrefix(resolved.prefix);
  checkNumber("answerTimeoutMs", resolved.answerTimeoutMs);
  return resolved;
}
