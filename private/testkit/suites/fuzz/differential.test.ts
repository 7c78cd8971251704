// Damaged inputs for our decoders and the official ones, side by side: the same verdict and the same values, but for the
// listed differences.
// Rules: a failure names seeds, each of which is played again by `npm run fuzz -- --differential --replay SEED`.

import { afterAll, beforeAll, expect, test } from "vitest";
import { readCorpus } from "./corpus.ts";
import { compare, type DifferentialReport, missing, runDifferential } from "./differential-run.ts";
import { PAIRS } from "./official-parsers.ts";
import { DIFFERENCES } from "./parser-differences.ts";

const INPUTS = 20_000;
const FIRST_SEED = 20_600_000;

let report: DifferentialReport;

beforeAll(() => {
  const traceLimit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  report = runDifferential({
    pairs: PAIRS,
    corpus: readCorpus(),
    firstSeed: FIRST_SEED,
    goesOn: (inputs) => inputs < INPUTS,
  });
  Error.stackTraceLimit = traceLimit;
}, 120_000);

afterAll(() => {
  expect(report.inputs).toBe(INPUTS);
});

test(`of ${INPUTS} damaged inputs each is judged as the official parsers do, or has a reason`, () => {
  expect(report.found).toEqual([]);
});

test.each(PAIRS.map(({ name }) => name))("%s agrees about most of its inputs", (name) => {
  const { inputs, agreed } = report.counts.get(name) ?? { inputs: 0, agreed: 0 };
  expect(inputs).toBeGreaterThan(1000);
  expect(agreed / inputs).toBeGreaterThan(0.6);
});

test("no reason is given for what does not happen", () => {
  expect(missing(DIFFERENCES, report)).toEqual([]);
});

test("what the official codec is not asked keeps it busy far longer than ours", () => {
  const packet = Buffer.from("83a47479706502a464617461c900400000000102a36e7370a12f", "hex");
  const pair = PAIRS.find(({ name }) => name === "msgpack 5");
  const timeOf = (play: ((input: [Buffer]) => unknown) | undefined) => {
    const startMs = performance.now();
    play?.([packet]);
    return performance.now() - startMs;
  };
  expect(timeOf(pair?.theirs)).toBeGreaterThan(10 * timeOf(pair?.ours));
  const longer = Buffer.from(packet);
  longer[packet.indexOf(0xc9) + 1] = 1;
  expect([pair?.stalls?.([packet]), pair?.stalls?.([longer])]).toEqual([false, true]);
});

test("what both accept and read differently is found, and so is what one of them refuses without a reason", () => {
  const read = (value: unknown) => () => ({ packets: [value], refusal: undefined });
  const refuse = () => ({ packets: [], refusal: "it is odd" });
  const pair = { name: "packet 4", seeds: [], ours: read(1), theirs: read(1) };
  expect(compare(pair, ["a"])).toBeUndefined();
  expect(compare({ ...pair, theirs: read(2) }, ["a"])).toContain("both accept it");
  expect(compare({ ...pair, ours: refuse }, ["a"])).toContain("ours: it is odd; theirs: accepted");
  expect(compare({ ...pair, theirs: refuse }, ["a"])).toContain("ours: accepted; theirs: it is odd");
});
