// What a fuzzer plays: a decoder with the input it starts from, and what is held against it.
// Place: seeds -> mutate.ts -> **target** -> run-fuzz.ts
// Rules: an input is a sequence of texts and bytes, as it comes over a connection; a target answers with a short text that says
//        what came out, the same for inputs of one kind; whatever it throws is a finding.

import type { SeededRandom } from "../../src/seeded-random.ts";
import type { Message } from "../hostile/mutate.ts";

/** What is handed to a decoder, message by message. */
export type Input = readonly [Message, ...Message[]];

/** A decoder under fuzzing. */
export interface Target {
  readonly name: string;
  /** Valid inputs. */
  readonly seeds: readonly Input[];
  /** How often it is chosen, beside others; 4 where nothing is said. */
  readonly weight?: number;
  /**
   * Plays one input.
   * @param random decides where a stream is cut into chunks.
   * @returns the kind of what came out.
   * @throws whatever is wrong.
   */
  play(input: Input, random: SeededRandom): string;
}

/** A rule that a decoder has broken. */
export class Finding extends Error {
  override readonly name: string = "Finding";
}

/** Throws a finding unless a rule holds. */
export function hold(isHeld: boolean, rule: string): void {
  if (!isHeld) throw new Finding(rule);
}

/** A sentence without what differs from input to input. */
function kindOfSentence(sentence: string): string {
  return sentence.replaceAll(/"[^"]*"/g, '""').replaceAll(/(?<!\w)-?\d+/g, "#");
}

/**
 * The sentence of a refusal.
 * @throws the error itself where it is no refusal as decoders are allowed to have them.
 */
export function refusalOf(error: unknown): string {
  if (!(error instanceof SyntaxError)) throw error;
  // What JSON.parse says has parts of the input in it, and is another sentence on each platform.
  const sentence = error.message.startsWith("Cannot ") ? kindOfSentence(error.message) : "no JSON";
  return `refused: ${sentence}`;
}

/** Runs a decoder that may refuse: its answer, or the refusal. */
export function orRefusal(decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    return refusalOf(error);
  }
}

/** The first message of an input as bytes. */
export function bytesOf([message]: Input): Uint8Array {
  return typeof message === "string" ? Buffer.from(message) : message;
}

/** The first message of an input as text. */
export function textOf([message]: Input): string {
  return typeof message === "string" ? message : Buffer.from(message).toString("utf8");
}

/** Cuts bytes into chunks, each in memory of its own: one time in four byte by byte, as long as they are few. */
export function chunksOf(bytes: Uint8Array, random: SeededRandom): Buffer[] {
  const chunks: Buffer[] = [];
  const isByByte = bytes.length < 64 && random.below(4) === 0;
  const longest = Math.max(1, Math.ceil(bytes.length / 2));
  for (let at = 0; at < bytes.length; ) {
    const to = isByByte ? at + 1 : at + 1 + random.below(longest);
    chunks.push(Buffer.from(bytes.subarray(at, to)));
    at = to;
  }
  return chunks;
}
