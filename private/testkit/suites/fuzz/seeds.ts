// The valid inputs that fuzzing starts from: the golden tables of both generations.
// Place: packages/protocol/vectors -> **seeds** -> targets
// Rules: rows that are refused are inputs like others; what is too long for a fuzzer's start is left out.

import { readFileSync } from "node:fs";
import { isObject } from "../../src/peers/raw-surface.ts";
import type { Message } from "../hostile/mutate.ts";
import type { Input } from "./target.ts";

const VECTORS = new URL("../../../../packages/protocol/vectors/", import.meta.url);
const LONGEST = 1024;

function messageOf(wire: unknown): Message | undefined {
  if (typeof wire === "string") return wire;
  if (!isObject(wire)) return undefined;
  if (typeof wire["text"] === "string") return wire["text"];
  return typeof wire["base64"] === "string" ? Buffer.from(wire["base64"], "base64") : undefined;
}

/** An input, where there are messages and all of them are short. */
export function inputOf(messages: readonly (Message | undefined)[]): Input | undefined {
  const [first, ...others] = messages.filter((message) => message !== undefined);
  if (first === undefined || others.length + 1 !== messages.length) return undefined;
  return messages.every((message) => message !== undefined && message.length <= LONGEST)
    ? [first, ...others]
    : undefined;
}

function wireOf(row: Record<string, unknown>): readonly unknown[] {
  const wire = row["frames"] ?? row["encoded"];
  return Array.isArray(wire) ? wire : [wire];
}

/** The inputs of tables, by their names. */
export function seedsOf(...tables: readonly string[]): readonly Input[] {
  return tables.flatMap((table) => {
    const read: unknown = JSON.parse(readFileSync(new URL(`${table}.json`, VECTORS), "utf8"));
    const rows = isObject(read) && Array.isArray(read["vectors"]) ? read["vectors"].filter(isObject) : [];
    return rows.map((row) => inputOf(wireOf(row).map(messageOf))).filter((input) => input !== undefined);
  });
}
