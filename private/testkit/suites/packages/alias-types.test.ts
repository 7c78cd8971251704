// Programs in TypeScript, written for the official packages, compile on the alias packages under all the settings that such
// programs have. Those of 4.x compile on the official packages as well, which shows that they are right; those of 2.x had
// their types from elsewhere.
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
type Setting = readonly [string, string, readonly string[], readonly string[]];

const OF_OLD: readonly string[] = [
  ...["--module", "commonjs", "--moduleResolution", "node10", "--ignoreDeprecations", "6.0"],
  ...["--esModuleInterop", "false"],
];

const SETTINGS: readonly Setting[] = [
  ["an ES module", TSC_7, ["--module", "nodenext"], ["typed"]],
  ["CommonJS for Node", TSC_7, ["--module", "node16"], ["typed-cjs"]],
  ["a bundler's input", TSC_7, ["--module", "esnext", "--moduleResolution", "bundler"], ["typed"]],
  ["CommonJS of old, with paths into the package", TSC_6, OF_OLD, ["typed-cjs", "typed-paths"]],
];

const SETTINGS_OF_2: readonly Setting[] = [
  ["CommonJS for Node", TSC_7, ["--module", "node16"], ["typed", "typed-interop"]],
  ["CommonJS of old", TSC_6, OF_OLD, ["typed", "typed-star"]],
];

function makeCommonJs(folder: string, parts: readonly string[]): void {
  for (const part of parts) writeFileSync(join(folder, part, "package.json"), JSON.stringify({ type: "commonjs" }));
}

function prepare(folder: string): string {
  cpSync(join(folder, "typed"), join(folder, "typed-cjs"), { recursive: true });
  makeCommonJs(folder, ["typed-cjs", "typed-paths"]);
  return folder;
}

function sources(folder: string, parts: readonly string[]): string[] {
  return parts.flatMap((part) => {
    const files = readdirSync(join(folder, part)).filter((file) => file.endsWith(".ts"));
    return files.map((file) => join(part, file));
  });
}

function compile(
  folder: string,
  [, compiler, settings, parts]: Setting,
  isChecked: boolean,
): ReturnType<typeof runNode> {
  const check = isChecked ? [] : ["--skipLibCheck"];
  return runNode(folder, [compiler, ...OPTIONS, ...check, ...settings, ...sources(folder, parts)]);
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

  test.each(SETTINGS)("compiles as %s", async (...setting) => {
    const runs = [compile(official, setting, false), compile(own, setting, setting[1] === TSC_7)];
    expect(await Promise.all(runs)).toEqual([FINE, FINE]);
  });
});

describe("a program of 2.x with types", () => {
  let own = "";

  beforeAll(async () => {
    own = await makeOwnProject("v2");
    makeCommonJs(own, ["typed", "typed-interop", "typed-star"]);
  });

  afterAll(() => rmSync(own, { recursive: true, force: true }));

  test.each(SETTINGS_OF_2)("compiles as %s", async (...setting) => {
    expect(await compile(own, setting, setting[1] === TSC_7)).toEqual(FINE);
  });
});
