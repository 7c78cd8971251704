// Damaged inputs for every decoder in memory: what it refuses it refuses in known words, soon, and it keeps nothing.
// Place: **bytes** -> engine dialect -> session -> socket codec; the broker -> wire, log, store -> cluster
// Rules: a failure names seeds, each of which is played again by `npm run fuzz -- --replay SEED`.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCorpus } from "./corpus.ts";
import { REFUSALS } from "./refusals.ts";
import { isFlat, judge, runFuzz, strangeIn } from "./run-fuzz.ts";
import type { Input, Target } from "./target.ts";
import { TARGETS } from "./targets.ts";

const INPUTS = 200_000;
const FIRST_SEED = 20_300_000;

const corpus = readCorpus();
let traceLimit = 0;

beforeAll(() => {
  traceLimit = Error.stackTraceLimit;
  // Nearly all inputs are refused, and nobody reads where.
  Error.stackTraceLimit = 0;
});

afterAll(() => {
  Error.stackTraceLimit = traceLimit;
});

/** The kept inputs of a target that get another answer than the one that they are kept for. */
function changed(target: Target): readonly string[] {
  const kinds = [...(corpus.get(target.name) ?? [])];
  expect(kinds.length).toBeGreaterThan(0);
  return kinds.flatMap(([kind, input]) => {
    const played = judge(target, input, 0);
    return played.fault === undefined && played.kind === kind ? [] : [`${kind} is now ${played.fault ?? played.kind}`];
  });
}

/** The sentences of refusals among kinds of answers. */
function sentencesIn(kinds: Iterable<string>): readonly string[] {
  return [...kinds].flatMap((kind) => {
    const sentence = kind.split("refused: ")[1];
    return sentence === undefined ? [] : [sentence];
  });
}

describe.each(TARGETS)("$name", (target) => {
  test("answers each kept input as it did when it was kept", () => {
    expect(changed(target)).toEqual([]);
  });

  test("finds nothing wrong with the inputs that fuzzing starts from", () => {
    const faults = target.seeds
      .map((input: Input) => judge(target, input, 0).fault)
      .filter((fault) => fault !== undefined);
    expect(faults).toEqual([]);
  });
});

test("a sentence that is not listed is a finding", () => {
  expect(strangeIn("message text refused: Cannot decode the packet: it is odd")).toBe(
    "Cannot decode the packet: it is odd",
  );
  expect(strangeIn("message text refused: Cannot decode the packet: it is empty")).toBeUndefined();
});

test.each<readonly [string, () => string]>([
  ["throws", () => "a".repeat(-1)],
  ["refuses in other words", () => "refused: because"],
  [
    "takes long",
    () => {
      for (const untilMs = performance.now() + 60; performance.now() < untilMs; );
      return "slow";
    },
  ],
])("a decoder that %s is found", (_, play) => {
  const target: Target = { name: "bad", seeds: [["a"]], play };
  expect(judge(target, ["a"], 1).fault).toBeDefined();
});

test(`${INPUTS} damaged inputs are read or refused in known words, none takes 50 ms, and memory stays as it was`, {
  timeout: 120_000,
}, () => {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  const seen = new Set<string>();
  const report = runFuzz({
    targets: TARGETS,
    corpus,
    firstSeed: FIRST_SEED,
    goesOn: (inputs) => inputs < INPUTS,
    seen: (_target, kind) => seen.add(kind),
    collect: typeof collect === "function" ? () => void Reflect.apply(collect, undefined, []) : undefined,
  });
  expect(report.found).toEqual([]);
  expect(report.inputs).toBe(INPUTS);
  expect([...report.counts].filter(([, { inputs }]) => inputs < 1000)).toEqual([]);
  expect(report.growthBytes).toBeDefined();
  expect(isFlat(report)).toBe(true);
  // What is listed as a refusal is one: sentences that nobody says any more leave the list.
  const kept = [...corpus].flatMap(([name, kinds]) => (name.startsWith("both ") ? [] : [...kinds.keys()]));
  const said = new Set(sentencesIn([...kept, ...seen]));
  expect([...REFUSALS].filter((sentence) => !said.has(sentence))).toEqual([]);
});
