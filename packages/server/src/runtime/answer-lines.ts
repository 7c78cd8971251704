// The headers of an answer on runtimes that have no response in the form of Node: those that were set before it, and its own.
// Place: bytes <- **answer lines** <- exchanges of Bun and uWebSockets.js
// Rules: what the answer brings along wins over what was set before, but for `Vary`, whose values add up; a name or a value
//        that would begin another line is refused, as by Node, since not every runtime looks.

import { validateHeaderName, validateHeaderValue } from "node:http";
import type { AnswerHeaders } from "../engine/http-exchange.ts";

/** Statuses of answers that have no body, and no length of one either. */
export const BODILESS: ReadonlySet<number> = new Set([204, 304]);

/** One line of a head. */
export type HeaderLine = readonly [name: string, value: string];

const ADDS_UP = "vary";

function validate(name: string, value: string): void {
  validateHeaderName(name);
  validateHeaderValue(name, value);
}

/** A line for each value; programs set numbers as well, whatever types say. */
function linesOf(name: string, value: string | readonly string[]): readonly HeaderLine[] {
  return typeof value === "object" ? value.map((one) => [name, one] as const) : [[name, String(value)]];
}

/** Collects the headers of one answer. */
export class AnswerLines {
  /** What was set, by names in lower case; most answers have nothing of the kind. */
  #set: Map<string, { readonly name: string; readonly value: string | readonly string[] }> | undefined;

  /**
   * Sets a header; what it was before is forgotten.
   * @throws TypeError when the name or a value cannot stand in a head.
   */
  set(name: string, value: string | readonly string[]): void {
    for (const [, one] of linesOf(name, value)) validate(name, one);
    this.#set ??= new Map();
    this.#set.set(name.toLowerCase(), { name, value });
  }

  /** All lines, with those of an answer; throws as `set`. */
  with(headers: AnswerHeaders): HeaderLine[] {
    const own = Object.entries(headers);
    const lines = [...this.#before(own.map(([name]) => name.toLowerCase())), ...own].flatMap(([name, value]) =>
      linesOf(name, value),
    );
    for (const [name, value] of lines) validate(name, value);
    return lines;
  }

  /** What was set and is not replaced. */
  #before(replaced: readonly string[]): (readonly [name: string, value: string | readonly string[]])[] {
    if (this.#set === undefined) return [];
    const kept = [...this.#set].filter(([key]) => key === ADDS_UP || !replaced.includes(key));
    return kept.map(([, { name, value }]) => [name, value]);
  }
}
