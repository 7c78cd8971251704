// What an entry of a package costs: the main entries do not load what has an entry of its own.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const PACKAGES: string = fileURLToPath(new URL("../../../../packages/", import.meta.url));

/** The sources that end up in a process that loads a built file. The bundler marks where each begins. */
function sourcesBehind(file: string, seen: Set<string> = new Set()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const text = readFileSync(file, "utf8");
  const own = [...text.matchAll(/^\/\/#region (?:\.\.\/)*(\S+)$/gm)].map((match) => match[1] ?? "");
  const imported = [...text.matchAll(/(?:\bfrom|\bimport|\brequire\()\s*"(\.[^"]+)"/g)].map((match) => match[1] ?? "");
  return [...own, ...imported.flatMap((path) => sourcesBehind(join(dirname(file), path), seen))];
}

const ONLY_THERE: readonly (readonly [entry: string, sources: readonly string[]])[] = [
  ["msgpack", ["msgpack-codec", "msgpack-decode", "msgpack-encode", "msgpack-writer", "packet-parser", "packet-rules"]],
  ["json", ["json-codec", "packet-parser", "packet-rules"]],
];

describe.each(["mjs", "cjs"])("as %s", (extension) => {
  const sourcesOf = (entry: string): string[] =>
    sourcesBehind(join(PACKAGES, "protocol/dist", `${entry}.${extension}`));

  test.each(ONLY_THERE)("the entry %s has its own parser", (entry, sources) => {
    expect(sourcesOf(entry)).toEqual(expect.arrayContaining(sources.map((name) => `src/socket/${name}.ts`)));
  });

  test.each(["index", "internal"])("the entry %s has no parser but the default ones", (entry) => {
    const sources = sourcesOf(entry);
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((source) => /msgpack|json-codec|packet-parser|packet-rules/.test(source))).toEqual([]);
  });

  test("the entry json has no MessagePack in it, and msgpack no JSON parser", () => {
    expect(sourcesOf("json").filter((source) => source.includes("msgpack"))).toEqual([]);
    expect(sourcesOf("msgpack").filter((source) => source.includes("json-codec"))).toEqual([]);
  });
});

test("the client's file for a script tag has the default parsers alone", () => {
  const script = readFileSync(join(PACKAGES, "client/dist/bowline.js"), "utf8");
  expect(script).toContain("Cannot decode the packet");
  expect(script).not.toContain("MessagePack");
});
