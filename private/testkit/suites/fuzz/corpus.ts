// The inputs that are kept: for each decoder, one for every kind of answer that fuzzing has found.
// Place: corpus.json -> **corpus** -> run-fuzz.ts, and back
// Rules: the shortest input of a kind is kept; a kind is what a target says of an input.

import { readFileSync, writeFileSync } from "node:fs";
import { isObject } from "../../src/peers/raw-surface.ts";
import type { Message } from "../hostile/mutate.ts";
import { inputOf } from "./seeds.ts";
import type { Input } from "./target.ts";

const FILE = new URL("corpus.json", import.meta.url);
const LONGEST = 512;
const MOST_OF_A_TARGET = 48;

/** What is kept, by the names of targets and the kinds of answers. */
export type Corpus = Map<string, Map<string, Input>>;

function messageOf(written: unknown): Message | undefined {
  if (!isObject(written)) return undefined;
  const { text, base64 } = written;
  if (typeof text === "string") return text;
  return typeof base64 === "string" ? Buffer.from(base64, "base64") : undefined;
}

/** Reads what an input was written as. */
export function readInput(written: unknown): Input | undefined {
  return Array.isArray(written) ? inputOf(written.map(messageOf)) : undefined;
}

/** A text that bytes bring back as it is. */
function isPlain(text: string): boolean {
  return Buffer.from(text).toString() === text;
}

/** Writes an input as JSON has it. */
export function writeInput(input: Input): readonly object[] {
  return input.map((message) => {
    if (typeof message !== "string") return { base64: Buffer.from(message).toString("base64") };
    return isPlain(message) ? { text: message } : { base64: Buffer.from(message).toString("base64") };
  });
}

/** Reads the corpus. */
export function readCorpus(): Corpus {
  const read: unknown = JSON.parse(readFileSync(FILE, "utf8"));
  const corpus: Corpus = new Map();
  for (const [target, kinds] of isObject(read) ? Object.entries(read) : []) {
    const inputs = isObject(kinds) ? Object.entries(kinds) : [];
    corpus.set(
      target,
      new Map(
        inputs.flatMap(([kind, written]) => {
          const input = readInput(written);
          return input === undefined ? [] : [[kind, input] as const];
        }),
      ),
    );
  }
  return corpus;
}

function lengthOf(input: Input): number {
  return input.reduce((sum, message) => sum + message.length, 0);
}

/** Keeps an input if it is the first of its kind, or shorter than the one before. */
export function keep(corpus: Corpus, target: string, kind: string, input: Input): void {
  const kinds = corpus.get(target) ?? new Map<string, Input>();
  corpus.set(target, kinds);
  const before = kinds.get(kind);
  const isFull = before === undefined && kinds.size >= MOST_OF_A_TARGET;
  const length = lengthOf(input);
  if (isFull || length > LONGEST || (before !== undefined && length >= lengthOf(before))) return;
  kinds.set(kind, input);
}

/** Writes the corpus. @returns how many inputs it has. */
export function writeCorpus(corpus: Corpus): number {
  const byTarget = [...corpus].map(([target, kinds]) => {
    const inputs = [...kinds].sort(([one], [other]) => (one < other ? -1 : 1));
    return [target, Object.fromEntries(inputs.map(([kind, input]) => [kind, writeInput(input)]))] as const;
  });
  writeFileSync(FILE, `${JSON.stringify(Object.fromEntries(byTarget), undefined, 1)}\n`);
  return byTarget.reduce((sum, [, inputs]) => sum + Object.keys(inputs).length, 0);
}
