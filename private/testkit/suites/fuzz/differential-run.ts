// Plays damaged inputs to our decoders and the official ones, and compares what they accept and what they read.
// Place: official-parsers.ts, corpus -> **run** -> command.ts, differential.test.ts
// Rules: the same verdict, and of what both accept the same values; what differs has a reason in parser-differences.ts.

import { type Corpus, writeInput } from "./corpus.ts";
import type { Pair } from "./official-parsers.ts";
import { type Difference, explain } from "./parser-differences.ts";
import { type Found, InputMaker } from "./run-fuzz.ts";
import { isSame } from "./same-value.ts";
import type { Input, Target } from "./target.ts";

/** What a run has seen. */
export interface DifferentialReport {
  readonly inputs: number;
  readonly found: readonly Found[];
  /** How often each pair was asked, how often the two agreed, and how often theirs was not asked, since it stalls. */
  readonly counts: ReadonlyMap<string, { inputs: number; agreed: number; stalled: number }>;
  /** How often each explained difference has occurred, by pair. */
  readonly explained: ReadonlyMap<Difference, Map<string, number>>;
}

/** What a run is told. */
export interface DifferentialOptions {
  readonly pairs: readonly Pair[];
  readonly corpus: Corpus;
  readonly firstSeed: number;
  goesOn(inputs: number, found: number): boolean;
  /** Told of each explained difference, with the input that brought it. */
  seen?(pair: string, kind: string, input: Input): void;
}

/** The name of a pair's inputs in the corpus. */
export function corpusName(pair: Pick<Pair, "name">): string {
  return `both ${pair.name}`;
}

/** A pair as what inputs are made for. */
function asTarget(pair: Pair): Target {
  return { name: corpusName(pair), seeds: pair.seeds, play: () => "" };
}

/** How an input is judged: nothing where both agree, an entry where they do not, and why there should be one. */
export function compare(pair: Pair, input: Input): Difference | string | undefined {
  const [ours, theirs] = [pair.ours(input), pair.theirs(input)];
  const isOneVerdict = (ours.refusal === undefined) === (theirs.refusal === undefined);
  const areSame = isSame(ours.packets, theirs.packets);
  if (isOneVerdict && areSame) return undefined;
  if (ours.refusal === undefined && theirs.refusal === undefined)
    return `both accept it, and read ${JSON.stringify(ours.packets)} and ${JSON.stringify(theirs.packets)}`;
  const why = `ours: ${ours.refusal ?? "accepted"}; theirs: ${theirs.refusal ?? "accepted"}`;
  return explain(pair.name, ours) ?? why;
}

/** How a difference is named in the corpus. */
function kindOf({ refusal, reason }: Difference): string {
  return refusal ?? reason;
}

/** Runs until it is told to stop; what is kept in the corpus comes first. */
export function runDifferential(options: DifferentialOptions): DifferentialReport {
  const { pairs, corpus, firstSeed, goesOn, seen } = options;
  const byName = new Map(pairs.map((pair) => [corpusName(pair), pair]));
  const maker = new InputMaker(pairs.map(asTarget), corpus);
  const counts = new Map(pairs.map(({ name }) => [name, { inputs: 0, agreed: 0, stalled: 0 }]));
  const explained = new Map<Difference, Map<string, number>>();
  const found: Found[] = [];

  function play(pair: Pair, input: Input, seed: number): void {
    const count = counts.get(pair.name);
    if (pair.stalls?.(input) === true) {
      pair.ours(input);
      if (count !== undefined) count.stalled++;
      return;
    }
    const result = compare(pair, input);
    if (count !== undefined) {
      count.inputs++;
      if (result === undefined) count.agreed++;
    }
    if (result === undefined) return;
    if (typeof result === "string") {
      found.push({ seed, target: corpusName(pair), what: result, input: JSON.stringify(writeInput(input)) });
      return;
    }
    const byPair = explained.get(result) ?? new Map<string, number>();
    explained.set(result, byPair);
    byPair.set(pair.name, (byPair.get(pair.name) ?? 0) + 1);
    seen?.(corpusName(pair), kindOf(result), input);
  }

  for (const pair of pairs)
    for (const input of [...pair.seeds, ...(corpus.get(corpusName(pair))?.values() ?? [])]) play(pair, input, -1);
  let inputs = 0;
  while (goesOn(inputs, found.length)) {
    for (let batch = 0; batch < 1000; batch++) {
      const seed = firstSeed + inputs++;
      const { target, input } = maker.make(seed);
      const pair = byName.get(target.name);
      if (pair !== undefined) play(pair, input, seed);
    }
  }
  return { inputs, found, counts, explained };
}

/** The entries of the list that have not occurred with a pair that they name. */
export function missing(differences: readonly Difference[], { explained }: DifferentialReport): readonly string[] {
  return differences.flatMap((difference) =>
    difference.pairs
      .filter((pair) => explained.get(difference)?.has(pair) !== true)
      .map((pair) => `${pair}: ${kindOf(difference)}`),
  );
}
