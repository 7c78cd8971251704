// The command that fuzzes: `npm run fuzz`, in memory, beside the official parsers, or on live connections.
// Place: command line -> **command** -> run-fuzz.ts, differential-run.ts, live.ts
// Rules: a finding is printed with its seed, its input and how to play it again, and makes the exit code 1.

import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Corpus, keep, readCorpus, writeCorpus } from "./corpus.ts";
import { corpusName, runDifferential } from "./differential-run.ts";
import { playLive } from "./live.ts";
import { PAIRS } from "./official-parsers.ts";
import { DIFFERENCES } from "./parser-differences.ts";
import { Progress } from "./progress.ts";
import { type Found, InputMaker, isFlat, judge, runFuzz } from "./run-fuzz.ts";
import { TARGETS } from "./targets.ts";

const USAGE = `npm run fuzz [-- OPTIONS]: damaged inputs for every decoder.

  --minutes N       how long; 1 by default
  --inputs N        how many, in the place of a time
  --seed N          the first seed; each input has one more than that before. By default the time, so that each run is another
  --target TEXT     only decoders whose name has TEXT in it
  --differential    our decoders and the official ones, side by side
  --live            our server on live connections, and our client at an evil server, on the runtimes that are installed
  --runtime NAME    with --live: one runtime alone, such as "Bun"
  --keep            keeps inputs whose kind of answer is new, or that are shorter, in the corpus
  --replay SEED     plays one input again; with --target, if the run had it
  --coverage        what fuzzing alone runs of packages/protocol`;

const MINUTE_MS = 60_000;
/** Findings beyond this many are all of one kind, and a run ends. */
const MOST_FOUND = 100;

function garbageCollector(): (() => void) | undefined {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  return typeof collect === "function" ? () => void Reflect.apply(collect, undefined, []) : undefined;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One finding of each kind. */
function firstOfEach(found: readonly Found[]): Iterable<Found> {
  const first = new Map<string, Found>();
  for (const one of found) {
    const kind = `${one.target} ${one.what.slice(0, 60)}`;
    if (!first.has(kind)) first.set(kind, one);
  }
  return first.values();
}

function printFound(found: readonly Found[], how: string): void {
  for (const { seed, target, what, input } of firstOfEach(found))
    print(`FOUND ${target}: ${what}\n  seed ${seed}, input ${input}\n  again: npm run fuzz -- --replay ${seed}${how}`);
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string =>
    `| ${cells.map((cell) => (typeof cell === "number" ? cell.toLocaleString("en") : cell)).join(" | ")} |`;
  return [line(head), `|---${"|---:".repeat(head.length - 1)}|`, ...rows.map(line)].join("\n");
}

interface Plan {
  readonly firstSeed: number;
  readonly minutes: number;
  readonly inputs: number | undefined;
  readonly target: string;
  readonly keeps: boolean;
  readonly how: string;
}

/** Tells when a run has to end, and shows how far it is. */
function limits({ minutes, inputs }: Plan, progress: Progress): (done: number, found: number) => boolean {
  const startMs = performance.now();
  return (done, found) => {
    const passedMs = performance.now() - startMs;
    progress.show(done, found, passedMs);
    if (found >= MOST_FOUND) return false;
    return inputs === undefined ? passedMs < minutes * MINUTE_MS : done < inputs;
  };
}

/** The corpus with each input under the kind of answer that it gets now. */
function rekeyed(starts: Corpus): Corpus {
  const corpus: Corpus = new Map();
  const targets = new Map(TARGETS.map((target) => [target.name, target]));
  for (const [name, kinds] of starts) {
    const target = targets.get(name);
    for (const [kind, input] of kinds)
      keep(corpus, name, target === undefined ? kind : judge(target, input, 0).kind, input);
  }
  return corpus;
}

function fuzz(plan: Plan): boolean {
  const targets = TARGETS.filter(({ name }) => name.includes(plan.target));
  if (targets.length === 0) throw new TypeError(`Cannot fuzz "${plan.target}": no decoder has that in its name`);
  const starts = readCorpus();
  const corpus = plan.keeps ? rekeyed(starts) : starts;
  const progress = new Progress(plan.inputs);
  const report = runFuzz({
    targets,
    corpus: starts,
    firstSeed: plan.firstSeed,
    goesOn: limits(plan, progress),
    collect: garbageCollector(),
    ...(plan.keeps ? { seen: (target, kind, input) => keep(corpus, target.name, kind, input) } : {}),
  });
  progress.end();
  const rows = [...report.counts].map(([name, { inputs, refused }]) => [name, inputs, refused] as const);
  print(table(["decoder", "inputs", "refused"], rows));
  const growth = report.growthBytes === undefined ? "not measured" : `${Math.round(report.growthBytes / 1000)} kB`;
  print(`${report.inputs.toLocaleString("en")} inputs from seed ${plan.firstSeed} on, ${report.found.length} findings`);
  print(`the slowest took ${report.slowestMs.toFixed(1)} ms; memory has grown by ${growth}`);
  printFound(report.found, plan.how);
  if (plan.keeps) print(`the corpus has ${writeCorpus(corpus)} inputs`);
  return report.found.length === 0 && isFlat(report);
}

function differential(plan: Plan): boolean {
  const pairs = PAIRS.filter(({ name }) => name.includes(plan.target));
  const corpus = readCorpus();
  const progress = new Progress(plan.inputs);
  const report = runDifferential({
    pairs,
    corpus: readCorpus(),
    firstSeed: plan.firstSeed,
    goesOn: limits(plan, progress),
    ...(plan.keeps ? { seen: (pair, kind, input) => keep(corpus, pair, kind, input) } : {}),
  });
  progress.end();
  const rows = [...report.counts].map(
    ([name, { inputs, agreed, stalled }]) => [name, inputs, agreed, inputs - agreed, stalled] as const,
  );
  print(table(["decoder", "asked", "agreed", "differed", "theirs stalls"], rows));
  for (const difference of DIFFERENCES) {
    const times = [...(report.explained.get(difference) ?? [])].map(([pair, count]) => `${pair} ${count}`);
    if (times.length > 0)
      print(`${difference.refusal ?? "accepted by ours alone"} (${times.join(", ")})\n    ${difference.reason}`);
  }
  print(
    `${report.inputs.toLocaleString("en")} inputs from seed ${plan.firstSeed} on, ${report.found.length} without a reason`,
  );
  printFound(report.found, `${plan.how} --differential`);
  if (plan.keeps) print(`the corpus has ${writeCorpus(corpus)} inputs`);
  return report.found.length === 0;
}

function replay(seed: number, plan: Plan, isDifferential: boolean): boolean {
  const targets = TARGETS.filter(({ name }) => name.includes(plan.target));
  if (isDifferential) {
    const pairs = PAIRS.filter(({ name }) => name.includes(plan.target));
    const maker = new InputMaker(
      pairs.map((pair) => ({ ...pair, name: corpusName(pair), play: () => "" })),
      readCorpus(),
    );
    const { target, input } = maker.make(seed);
    const pair = pairs.find((one) => corpusName(one) === target.name);
    print(`${target.name}: ${JSON.stringify(input)}`);
    print(`ours: ${JSON.stringify(pair?.ours(input))}\ntheirs: ${JSON.stringify(pair?.theirs(input))}`);
    return true;
  }
  const { target, input } = new InputMaker(targets, readCorpus()).make(seed);
  const { kind, tookMs, fault } = judge(target, input, seed);
  print(`${target.name}: ${JSON.stringify(input)}\n${fault ?? kind} (${tookMs.toFixed(1)} ms)`);
  return fault === undefined;
}

/**
 * Runs the command.
 * @returns its exit code: 1 where something was found.
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean" },
      minutes: { type: "string", default: "1" },
      inputs: { type: "string" },
      seed: { type: "string" },
      target: { type: "string", default: "" },
      differential: { type: "boolean", default: false },
      live: { type: "boolean", default: false },
      runtime: { type: "string" },
      keep: { type: "boolean", default: false },
      replay: { type: "string" },
    },
  });
  if (values.help === true) {
    print(USAGE);
    return 0;
  }
  // A refusal is thrown for most inputs, and nobody reads where.
  Error.stackTraceLimit = values.replay === undefined ? 0 : 20;
  const { target } = values;
  const plan: Plan = {
    firstSeed: values.seed === undefined ? Math.floor(Date.now() / 1000) : Number(values.seed),
    minutes: Number(values.minutes),
    inputs: values.inputs === undefined ? undefined : Number(values.inputs),
    target,
    keeps: values.keep,
    how: target === "" ? "" : ` --target "${target}"`,
  };
  if (values.replay !== undefined) return replay(Number(values.replay), plan, values.differential) ? 0 : 1;
  if (values.live) return (await playLive({ ...plan, runtime: values.runtime, print })) ? 0 : 1;
  return (values.differential ? differential(plan) : fuzz(plan)) ? 0 : 1;
}
