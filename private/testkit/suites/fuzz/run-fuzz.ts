// The fuzzer: takes a valid or a kept input, damages it, plays it, and looks at what came of it.
// Place: targets, corpus -> **run** -> command.ts, fuzz.test.ts
// Rules: a number decides which decoder is played with what, so that one alone can be played again; an answer that takes longer
//        than 50 ms counts once it has done so three times; memory is looked at after a collection, beside what it was.

import { createSeededRandom, type SeededRandom } from "../../src/seeded-random.ts";
import { mutateMessage, mutateSequence } from "../hostile/mutate.ts";
import { type Corpus, writeInput } from "./corpus.ts";
import { REFUSALS } from "./refusals.ts";
import type { Input, Target } from "./target.ts";

const SLOW_MS = 50;
const REPEATS = 3;
/** The looks at memory of a run, and what may be added between the first and the last one. */
const LOOK_EVERY = 100_000;
const ALLOWED_GROWTH_BYTES = 8_000_000;
const DEFAULT_WEIGHT = 4;
const REFUSED = "refused: ";
const PLAYING = 0x9e37_79b9;

/** Something that must not be. */
export interface Found {
  readonly seed: number;
  readonly target: string;
  readonly what: string;
  /** The input as JSON; bytes are base64. */
  readonly input: string;
}

/** The sentences of a kind that no decoder is known to say. */
export function strangeIn(kind: string): string | undefined {
  const at = kind.indexOf(REFUSED);
  const sentence = at < 0 ? undefined : kind.slice(at + REFUSED.length);
  return sentence === undefined || REFUSALS.has(sentence) ? undefined : sentence;
}

/** What a run has seen. */
export interface FuzzReport {
  readonly inputs: number;
  readonly found: readonly Found[];
  /** How many inputs each target had, and of these how many were refused. */
  readonly counts: ReadonlyMap<string, { inputs: number; refused: number }>;
  /** The longest time of one input, in milliseconds. */
  readonly slowestMs: number;
  /** Bytes held more at the end than at the first look; undefined where nobody could look twice. */
  readonly growthBytes: number | undefined;
}

/** What a fuzzer is told. */
export interface FuzzOptions {
  readonly targets: readonly Target[];
  readonly corpus: Corpus;
  readonly firstSeed: number;
  /** Asked after each thousand inputs whether it goes on. */
  goesOn(inputs: number, found: number): boolean;
  /** Told of each kind of answer of a target, with the input that brought it, at each input of a kind that is new, or shorter. */
  seen?(target: Target, kind: string, input: Input): void;
  /** Collects garbage; without it memory is not looked at. */
  collect?: (() => void) | undefined;
}

/** Chooses among targets by their weights. */
function chooser(targets: readonly Target[]): (random: SeededRandom) => Target | undefined {
  const slots = targets.flatMap((target) => Array.from({ length: target.weight ?? DEFAULT_WEIGHT }, () => target));
  return (random) => slots[random.below(slots.length)];
}

/** What a fuzzer makes inputs of. */
export class InputMaker {
  readonly #starts: ReadonlyMap<string, readonly Input[]>;
  readonly #choose: (random: SeededRandom) => Target | undefined;

  constructor(targets: readonly Target[], corpus: Corpus) {
    this.#starts = new Map(
      targets.map((target) => [target.name, [...target.seeds, ...(corpus.get(target.name)?.values() ?? [])]]),
    );
    this.#choose = chooser(targets);
  }

  /** The input of a seed, and what plays it. */
  make(seed: number): { target: Target; input: Input } {
    const random = createSeededRandom(seed);
    const target = this.#choose(random);
    const starts = target === undefined ? [] : (this.#starts.get(target.name) ?? []);
    const start = starts[random.below(starts.length)];
    const other = starts[random.below(starts.length)];
    if (target === undefined || start === undefined || other === undefined)
      throw new RangeError(`Cannot fuzz with the seed ${seed}: there is nothing to start from`);
    return { target, input: damage(start, other, random) };
  }
}

function damage(start: Input, other: Input, random: SeededRandom): Input {
  const [message] = start;
  if (start.length === 1 || random.below(2) === 0) {
    const at = random.below(start.length);
    const damaged = start.map((one, index) => (index === at ? mutateMessage(one, random, other[0]) : one));
    return [damaged[0] ?? message, ...damaged.slice(1)];
  }
  const [first = message, ...rest] = mutateSequence(start, random, other);
  return [first, ...rest];
}

function heldBytes(collect: () => void): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** One input; what is wrong with it is told. */
function playOne(
  target: Target,
  input: Input,
  seed: number,
): { kind: string; tookMs: number; fault: string | undefined } {
  // Another one than that which has chosen the decoder: what it draws first is known by then.
  const random = createSeededRandom(seed + PLAYING);
  const startMs = performance.now();
  let kind = "";
  let fault: string | undefined;
  try {
    kind = target.play(input, random);
  } catch (error) {
    fault = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
  const strange = fault === undefined ? strangeIn(kind) : undefined;
  if (strange !== undefined) fault = `it refuses in words that nobody knows: ${strange}`;
  return { kind, tookMs: performance.now() - startMs, fault };
}

/** Plays one input, and again where it took long: a machine that is busy with others is no fault of a decoder. */
export function judge(target: Target, input: Input, seed: number): ReturnType<typeof playOne> {
  let played = playOne(target, input, seed);
  for (let again = 1; again < REPEATS && played.tookMs > SLOW_MS; again++) {
    const next = playOne(target, input, seed);
    if (next.tookMs < played.tookMs) played = next;
  }
  const isSlow = played.tookMs > SLOW_MS && played.fault === undefined;
  return isSlow ? { ...played, fault: `it takes ${Math.round(played.tookMs)} ms` } : played;
}

/** Runs until it is told to stop. */
export function runFuzz(options: FuzzOptions): FuzzReport {
  const { targets, corpus, firstSeed, goesOn, seen, collect } = options;
  const maker = new InputMaker(targets, corpus);
  const counts = new Map(targets.map(({ name }) => [name, { inputs: 0, refused: 0 }]));
  const found: Found[] = [];
  let slowestMs = 0;
  let firstLook: number | undefined;
  let lastLook: number | undefined;
  let inputs = 0;
  while (goesOn(inputs, found.length)) {
    for (let batch = 0; batch < 1000; batch++) {
      const seed = firstSeed + inputs++;
      const { target, input } = maker.make(seed);
      const { kind, tookMs, fault } = judge(target, input, seed);
      const count = counts.get(target.name);
      if (count !== undefined) {
        count.inputs++;
        if (kind.includes("refused")) count.refused++;
      }
      if (tookMs > slowestMs) slowestMs = tookMs;
      if (fault !== undefined)
        found.push({ seed, target: target.name, what: fault, input: JSON.stringify(writeInput(input)) });
      else seen?.(target, kind, input);
    }
    if (collect !== undefined && inputs % LOOK_EVERY === 0) {
      lastLook = heldBytes(collect);
      firstLook ??= lastLook;
    }
  }
  const growthBytes = firstLook === undefined || lastLook === undefined ? undefined : lastLook - firstLook;
  return { inputs, found, counts, slowestMs, growthBytes };
}

/** Whether memory has stayed as it was. */
export function isFlat({ growthBytes }: FuzzReport): boolean {
  return growthBytes === undefined || growthBytes < ALLOWED_GROWTH_BYTES;
}
