// Programs in TypeScript, written for the official packages, compile on the alias packages under all the settings that such
// programs have; the official packages, where they bring types along, are asked as well, so that the programs are right.
import { cpSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeOfficialProject, makeOwnProject, ROOT, runNode } from "./alias-project.ts";

const TSC_7: string = join(ROOT, "node_modules/typescript-7/bin/tsc");
// The last compiler that resolves packages as those before Node's exports did.
const TSC_6: string = join(ROOT, "node_modules/typescript/bin/tsc");
const OPTIONS: readonly string[] = [
  ...["--noEmit", "--declaration", "--strict", "--pretty", "false", "--target", "es2022"],
  ...["--types", "node", "--typeRoots", join(ROOT, "node_modules/@types")],
];

const FINE = { code: 0, output: "" } as const;

/** How programs are compiled: what the compiler is told, and the folders that they lie in. */
const SETTINGS: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ["an ES module", TSC_7, ["--module", "nodenext"], ["typed"]],
  ["CommonJS for Node", TSC_7, ["--module", "node16"], ["typed-cjs"]],
  ["a bundler's input", TSC_7, ["--module", "esnext", "--moduleResolution", "bundler"], ["typed"]],
  [
    "CommonJS of old, with paths into the package",
    TSC_6,
    [
      "--module",
      "commonjs",
      "--moduleResolution",
      "node10",
      "--ignoreDeprecations",
      "6.0",
      "--esModuleInterop",
      "false",
    ],
    ["typed-cjs", "typed-paths"],
  ],
];

function prepare(folder: string): string {
  cpSync(join(folder, "typed"), join(folder, "typed-cjs"), { recursive: true });
  for (const part of ["typed-cjs", "typed-paths"]) {
    writeFileSync(join(folder, part, "package.json"), JSON.stringify({ type: "commonjs" }));
  }
  return folder;
}

function sources(folder: string, parts: readonly string[]): string[] {
  return parts.flatMap((part) => {
    const files = readdirSync(join(folder, part)).filter((file) => file.endsWith(".ts"));
    return files.map((file) => join(part, file));
  });
}

describe("a program of 4.x with types", () => {
  let own = "";
  let official = "";

  beforeAll(async () => {
    official = prepare(makeOfficialProject("v4"));
    own = prepare(await makeOwnProject("v4"));
  });

  afterAll(() => {
    for (const folder of [own, official]) rmSync(folder, { recursive: true, force: true });
  });

  test.each(SETTINGS)("compiles as %s", async (_what, compiler, settings, parts) => {
    const run = (folder: string, ...more: readonly string[]) =>
      runNode(folder, [compiler, ...OPTIONS, ...settings, ...more, ...sources(folder, parts)]);
    const runs = [run(official, "--skipLibCheck"), run(own, ...(compiler === TSC_6 ? ["--skipLibCheck"] : []))];
    expect(await Promise.all(runs)).toEqual([FINE, FINE]);
  });
});
