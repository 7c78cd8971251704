// Chooses few rows out of a large table so that every two values that occur together still do.
// Place: suites whose whole matrix is too large for the gate -> **sample** -> what is played
// Rules: pure; the same seed gives the same sample; what the table does not allow is never asked for.

import { createSeededRandom } from "./seeded-random.ts";

/** What to choose from. */
export interface PairwiseTable<Row> {
  /** Every row that is possible. */
  readonly rows: readonly Row[];
  /** Rows that are taken anyway; their pairs need nobody else. */
  readonly taken: readonly Row[];
  /** The row's value of each factor, always in the same order. */
  valuesOf(row: Row): readonly string[];
  readonly seed: number;
}

/**
 * Chooses rows: each time one of those that show the most pairs that were not shown yet.
 *
 * @param table - What to choose from.
 * @returns The rows chosen, in the order of the table.
 */
export function choosePairwise<Row>({ rows, taken, valuesOf, seed }: PairwiseTable<Row>): readonly Row[] {
  const shown = new Set(taken.flatMap((row) => pairsOf(valuesOf(row))));
  const waiting = shuffle(
    rows.map((row, index) => ({ row, index, pairs: pairsOf(valuesOf(row)) })),
    seed,
  );
  const most = Math.max(0, ...waiting.map(({ pairs }) => pairs.length));
  const chosen = new Set<number>();
  // What a row would add only shrinks, so one pass for each number of pairs finds the best row every time.
  for (let wanted = most; wanted > 0; wanted -= 1) {
    for (const { index, pairs } of waiting) {
      const added = pairs.filter((pair) => !shown.has(pair));
      if (added.length >= wanted) {
        chosen.add(index);
        for (const pair of added) {
          shown.add(pair);
        }
      }
    }
  }
  return rows.filter((_row, index) => chosen.has(index));
}

function pairsOf(values: readonly string[]): readonly string[] {
  return values.flatMap((value, first) =>
    values.slice(first + 1).map((other, offset) => JSON.stringify([first, value, first + 1 + offset, other])),
  );
}

function shuffle<Item>(items: readonly Item[], seed: number): readonly Item[] {
  const random = createSeededRandom(seed);
  return items
    .map((item) => ({ item, key: random.fraction() }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item);
}
