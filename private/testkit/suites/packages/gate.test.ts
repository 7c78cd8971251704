// Proves that the gate bites: a small repository with the real configuration and tools is green, and each kind of
// offence put into its core turns the right step red and names the rule.
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT: string = fileURLToPath(new URL("../../../../", import.meta.url));

const CONFIGURATION: readonly string[] = [
  ".dependency-cruiser.cjs",
  ".gitignore",
  ".oxlintrc.json",
  "biome.json",
  "package-lock.json",
  "package.json",
  "tools",
  "tsconfig.base.json",
  "tsconfig.json",
  "tsdown.shared.ts",
  "vitest.config.ts",
  ...["protocol", "server"].flatMap((name) => [`packages/${name}/package.json`, `packages/${name}/tsconfig.json`]),
  "packages/protocol/ambient.d.ts",
];

const CLEAN: Readonly<Record<string, string>> = {
  "packages/protocol/src/index.ts": 'export { answer } from "./socket/answer.ts";\n',
  "packages/protocol/src/socket/answer.ts": "export const answer: number = 42;\n",
  "packages/server/src/index.ts": "export async function listen(): Promise<void> {}\n",
  "packages/server/src/runtime/node/timer.ts":
    'import { EventEmitter } from "node:events";\n\nexport const timer: unknown = [setTimeout, EventEmitter];\n',
  "private/testkit/src/index.ts": "export const testkit: number = 1;\n",
};

interface Offence {
  readonly what: string;
  readonly file: string;
  readonly code: string;
  /** The step that turns red, and the rule it names beside the file. */
  readonly step: string;
  readonly rule: string;
}

const OFFENCES: readonly Offence[] = [
  {
    what: "a raw setTimeout in the core",
    file: "packages/protocol/src/shared/timer.ts",
    code: "export const timer: unknown = setTimeout;\n",
    step: "lint",
    rule: "lint/style/noRestrictedGlobals",
  },
  {
    what: "a raw setTimeout in the pure package, for the compiler",
    file: "packages/protocol/src/shared/timer.ts",
    code: "export const timer: unknown = setTimeout;\n",
    step: "types",
    rule: "Cannot find name 'setTimeout'",
  },
  {
    what: "a timer taken from the global object",
    file: "packages/server/src/engine/hidden-timer.ts",
    code: 'export const timer: unknown = globalThis["setTimeout"];\n',
    step: "layers",
    rule: "ambient-global",
  },
  {
    what: "an any",
    file: "packages/server/src/socket/loose.ts",
    code: "export function loose(value: any): unknown {\n  return value;\n}\n",
    step: "lint",
    rule: "lint/suspicious/noExplicitAny",
  },
  {
    what: "a floating promise",
    file: "packages/server/src/socket/floating.ts",
    code: 'import { listen } from "../index.ts";\n\nexport function start(): void {\n  listen();\n}\n',
    step: "oxlint",
    rule: "no-floating-promises",
  },
  {
    what: "the engine importing from the socket layer",
    file: "packages/protocol/src/engine/upwards.ts",
    code: 'import { answer } from "../socket/answer.ts";\n\nexport const upwards: number = answer;\n',
    step: "layers",
    rule: "protocol-engine-and-socket-are-strangers",
  },
  {
    what: "a Node module in the core",
    file: "packages/server/src/engine/node-module.ts",
    code: 'import { connect } from "node:net";\n\nexport const dial: unknown = connect;\n',
    step: "layers",
    rule: "node-only-in-composition-roots",
  },
  {
    what: "a sibling's source",
    file: "packages/server/src/engine/neighbour.ts",
    code: 'import { answer } from "../../../protocol/src/socket/answer.ts";\n\nexport const stolen: number = answer;\n',
    step: "layers",
    rule: "no-source-of-another-package",
  },
  {
    what: "a cycle",
    file: "packages/server/src/engine/circle.ts",
    code: 'import { circle } from "./circle.ts";\n\nexport const again: () => unknown = () => circle;\nexport { again as circle };\n',
    step: "layers",
    rule: "no-cycles",
  },
  {
    what: "Math.random in the core",
    file: "packages/server/src/engine/dice.ts",
    code: "export const throwDice: () => number = () => Math.random();\n",
    step: "layers",
    rule: "ambient-randomness",
  },
  {
    what: "Date.now in the core",
    file: "packages/server/src/engine/watch.ts",
    code: "export const now: () => number = () => Date.now();\n",
    step: "layers",
    rule: "ambient-clock",
  },
  {
    what: "an alias package that does something by itself",
    file: "aliases/v4/socket.io/dist/clever.js",
    code: 'const { connect } = require("node:net");\n\nmodule.exports = connect;\n',
    step: "layers",
    rule: "aliases-only-re-export",
  },
  {
    what: "an alias package that reaches into another",
    file: "aliases/v4/socket.io/dist/borrowed.js",
    code: 'module.exports = require("../../../v2/socket.io-v2/lib/long.js");\n',
    step: "layers",
    rule: "aliases-know-no-other-alias",
  },
  {
    what: "an alias package with more than a list of exports",
    file: "aliases/v2/socket.io-v2/lib/long.js",
    code: "exports.name = 1;\n".repeat(100),
    step: "layers",
    rule: "file-length",
  },
];

interface WrongDocument {
  readonly what: string;
  readonly says: string;
}

const WRONG_README: string = [
  "# Wrong",
  "A [dead link](nowhere.md), and [one to no heading](#right).",
  '```ts\nconst count: number = "three";\nexport { count };\n```',
  '```js run\nconsole.log("two"); // prints: one\n```',
  "",
].join("\n");

const WRONG_CITATION = '// Source: docs/wrong.md, "No such heading"\nexport const cited: number = 1;\n';

const WRONG_DOCUMENTS: readonly WrongDocument[] = [
  { what: "a link to a missing file", says: 'README.md:2: "nowhere.md" leads nowhere' },
  { what: "a link to a missing heading", says: 'README.md:2: "#right": there is no such heading' },
  { what: "an example with a type error", says: "Type 'string' is not assignable to type 'number'" },
  { what: "an example that prints something else", says: "the example prints\ntwo\ninstead of\none" },
  { what: "a citation of a missing heading", says: '"docs/wrong.md" has no heading "No such heading"' },
];

const STEPS = "lint,oxlint,types,layers";
const HEADER = "// A file of the small repository that the gate is tried on.\n";

function makeRepository(offences: readonly Offence[]): string {
  const folder = mkdtempSync(join(tmpdir(), "bowline-gate-"));
  for (const path of CONFIGURATION) cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const files = [...Object.entries(CLEAN), ...offences.map(({ file, code }) => [file, code] as const)];
  for (const [path, code] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), HEADER + code);
  }
  return folder;
}

interface GateRun {
  readonly code: number | null;
  readonly output: string;
}

function runTool(folder: string, ...args: readonly string[]): Promise<GateRun> {
  return new Promise((resolve, reject) => {
    const gate = spawn(process.execPath, args, { cwd: folder });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString("utf8");
    };
    gate.stdout.on("data", collect);
    gate.stderr.on("data", collect);
    gate.on("error", reject);
    gate.on("close", (code) => resolve({ code, output }));
  });
}

const runGate = (folder: string, steps: string): Promise<GateRun> =>
  runTool(folder, "tools/run-tests.mjs", "--only", steps);

/** What the gate printed below the line of one step. */
function partOf(output: string, step: string): string {
  return output.split(/^(?=ok {3}|FAIL |skip )/m).find((part) => part.split(/\s+/)[1] === step) ?? "";
}

describe("the gate", () => {
  const folders: string[] = [];
  let clean: GateRun = { code: null, output: "" };
  let offended: GateRun = { code: null, output: "" };
  let empty: GateRun = { code: null, output: "" };

  beforeAll(async () => {
    folders.push(makeRepository([]), makeRepository(OFFENCES));
    const [cleanFolder = "", offendedFolder = ""] = folders;
    [clean, offended] = await Promise.all([runGate(cleanFolder, STEPS), runGate(offendedFolder, STEPS)]);
    empty = await runGate(cleanFolder, "type-tests");
  });

  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  test("is green on clean sources", () => {
    expect(clean.output).toMatch(/\n\d+ passed, 0 failed, 0 skipped\n$/);
    expect(clean.code).toBe(0);
  });

  test.each(OFFENCES)("$step refuses $what", ({ step, file, rule }) => {
    const part = partOf(offended.output, step);
    expect(part).toMatch(/^FAIL /);
    expect(part).toContain(rule);
    expect(part).toContain(file);
  });

  test("ends with a failure and its counts when a step is red", () => {
    expect(offended.output).toMatch(/\n\d+ passed, [1-9]\d* failed, 0 skipped\n$/);
    expect(offended.code).toBe(1);
  });

  test("takes a step without tests for a failed one", () => {
    expect(partOf(empty.output, "type-tests")).toMatch(/^FAIL /);
    expect(empty.code).toBe(1);
  });
});

describe("the check of the documents", () => {
  let folder = "";
  let run: GateRun = { code: null, output: "" };

  beforeAll(async () => {
    folder = makeRepository([
      { what: "", file: "packages/protocol/src/cited.ts", code: WRONG_CITATION, step: "", rule: "" },
    ]);
    mkdirSync(join(folder, "docs"));
    writeFileSync(join(folder, "docs/wrong.md"), "# Some heading\n");
    writeFileSync(join(folder, "README.md"), WRONG_README);
    run = await runTool(folder, "tools/check-docs.mjs");
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(WRONG_DOCUMENTS)("refuses $what", ({ says }) => {
    expect(run.output).toContain(says);
  });

  test("counts what it refused and fails", () => {
    expect(run.output).toMatch(/check-docs: \d+ passed, 5 failed/);
    expect(run.code).toBe(1);
  });
});
