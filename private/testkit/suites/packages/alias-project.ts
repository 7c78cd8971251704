// Empty projects in which upstream's names stand for our alias packages, or for the official ones; and running Node there.
// Place: below the tests of the alias packages.
// Rules: ours are packed and installed by npm, as a program elsewhere has them; nothing is asked of a registry.

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT: string = fileURLToPath(new URL("../../../../", import.meta.url));
const PROGRAMS: string = fileURLToPath(new URL("./programs/", import.meta.url));

/** A generation of Socket.IO for whose programs there are alias packages. */
export type Generation = "v2" | "v4";

/** The official packages of each generation: the names of programs, and those under which they are installed here. */
const OFFICIAL: Readonly<Record<Generation, Readonly<Record<string, string>>>> = {
  v4: {
    "socket.io": "socket.io-v4",
    "socket.io-client": "socket.io-client-v4",
    "engine.io": "engine.io-v6",
    "engine.io-client": "socket.io-client-v4/node_modules/engine.io-client",
    "socket.io-msgpack-parser": "socket.io-msgpack-parser-v3",
    "socket.io-json-parser": "socket.io-json-parser-v3",
    "@socket.io/component-emitter": "@socket.io/component-emitter",
  },
  v2: {
    "socket.io": "socket.io-v2",
    "socket.io-client": "socket.io-client-v2",
    "engine.io": "engine.io-v3",
    "engine.io-client": "engine.io-client",
    "socket.io-msgpack-parser": "socket.io-msgpack-parser-v2",
    "socket.io-json-parser": "socket.io-json-parser-v2",
    "component-emitter": "component-emitter",
  },
};

/** How a process ended, and all it printed. */
export interface Run {
  readonly code: number | null;
  readonly output: string;
}

function runProgram(program: string, folder: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: folder, timeout: 60_000, killSignal: "SIGKILL" });
    let output = "";
    const collect = (chunk: Buffer) => {
      output += chunk.toString("utf8");
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** Runs Node with arguments in a folder. */
export function runNode(folder: string, args: readonly string[]): Promise<Run> {
  return runProgram(process.execPath, folder, args);
}

/** What a plugin asks of the packages it works with. */
export interface PluginNeeds {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/**
 * Installs a plugin into a copy of a project; nothing is asked of a registry, so what it needs has to be there.
 * @param overrides what npm is told to put in the place of anybody's dependencies.
 * @returns how npm ended, and the copy's folder.
 */
export async function installPlugin(
  project: string,
  needs: PluginNeeds,
  overrides: Readonly<Record<string, string>>,
): Promise<Run & { readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), "bowline-plugin-"));
  cpSync(project, folder, { recursive: true });
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  writeFileSync(join(folder, "package.json"), JSON.stringify(Object.assign({}, manifest, { overrides })));
  mkdirSync(join(folder, "plugin"));
  writeFileSync(
    join(folder, "plugin/package.json"),
    JSON.stringify({ name: "plugin", version: "1.0.0", main: "index.js", ...needs }),
  );
  writeFileSync(join(folder, "plugin/index.js"), 'module.exports = require("socket.io-client/package.json").name;\n');
  const flags = ["--offline", "--no-audit", "--no-fund", "--ignore-scripts", "--install-links"];
  return { ...(await runProgram("npm", folder, ["install", ...flags, "./plugin"])), folder };
}

/** The programs of a generation that run, by their file names. */
export function programsOf(generation: Generation): string[] {
  return readdirSync(join(PROGRAMS, generation)).filter((file) => /\.[cm]js$/.test(file));
}

function addPrograms(folder: string, generation: Generation): void {
  for (const shared of ["talk.cjs", "emitting.cjs", "engine-scenes.cjs"])
    cpSync(join(PROGRAMS, shared), join(folder, shared));
  cpSync(join(PROGRAMS, generation), folder, { recursive: true });
}

/** Makes a project with our alias packages and the programs of a generation. */
export async function makeOwnProject(generation: Generation): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `bowline-${generation}-`));
  const run = await runNode(ROOT, ["tools/install-elsewhere.mjs", folder, generation]);
  if (run.code !== 0) throw new Error(`Cannot make a project for ${generation}:\n${run.output}`);
  addPrograms(folder, generation);
  return folder;
}

/** Makes a project with the official packages and the programs of a generation. */
export function makeOfficialProject(generation: Generation): string {
  const folder = mkdtempSync(join(tmpdir(), `bowline-official-${generation}-`));
  mkdirSync(join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  mkdirSync(join(folder, "node_modules/@socket.io"));
  for (const [name, installed] of Object.entries(OFFICIAL[generation])) {
    symlinkSync(join(ROOT, "node_modules", installed), join(folder, "node_modules", name), "dir");
  }
  addPrograms(folder, generation);
  return folder;
}
