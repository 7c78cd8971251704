// The few statistics of a measurement: minimum, median, percentiles, and ratios of peers.
// Place: values of all rounds -> **statistics** -> table, targets
// Rules: a ratio says how many times cheaper the first is; by round, since the peers of one round met the same machine.

/** What is quoted of a row of values. */
export interface Summary {
  readonly minimum: number;
  readonly median: number;
}

/** How many times cheaper one peer is than another. */
export interface Ratio {
  /** The median of the ratios of each round. */
  readonly median: number;
  /** The ratio of the minima. */
  readonly ofMinima: number;
}

/** The middle of the values, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("Cannot take the median: there are no values");
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  const high = sorted.at(upper) ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : (high + (sorted.at(upper - 1) ?? Number.NaN)) / 2;
}

/**
 * The value below which a share of the values lies.
 *
 * @param sorted - The values in rising order.
 * @param share - From 0 to 1.
 * @returns The value; 0 when there are none.
 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Minimum and median. */
export function summarise(values: readonly number[]): Summary {
  return { minimum: Math.min(...values), median: median(values) };
}

/**
 * How many times cheaper `ours` is.
 *
 * @param ours - One value per round.
 * @param theirs - One value per round, of the same rounds.
 * @throws RangeError when the rounds are not the same.
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Ratio {
  if (ours.length !== theirs.length) {
    throw new RangeError(`Cannot compare ${ours.length} rounds with ${theirs.length}: they are not the same rounds`);
  }
  const byRound = ours.map((value, round) => (theirs[round] ?? Number.NaN) / value);
  return { median: median(byRound), ofMinima: summarise(theirs).minimum / summarise(ours).minimum };
}
