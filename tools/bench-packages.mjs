// What the bench compares with beyond npm's dependencies of this repository and the runtimes: Bun's engine of Socket.IO.
// Installed on demand into .cache; its exact version stands here.
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT, runCommand } from "./run-command.mjs";
import { NATIVE_VERSIONS } from "./runtimes.mjs";

const INSTALL_MS = 5 * 60_000;
const NAME = "@socket.io/bun-engine";
const VERSION = "0.1.2";
const FOLDER = join(ROOT, ".cache", "bench", "bun-engine");

/** The versions of what is compared with, by their names. */
export const BENCH_VERSIONS = { ...NATIVE_VERSIONS, [NAME]: VERSION };

/** What Bun's engine of Socket.IO exports; it has to be installed. */
export const requireBunEngine = () => createRequire(join(FOLDER, "package.json"))(NAME);

/** Shows that the package is there, in the version that is asked for. */
const SHOW_PACKAGE = `
  const { readFileSync } = require("node:fs");
  const found = JSON.parse(readFileSync(${JSON.stringify(join(FOLDER, "node_modules", NAME, "package.json"))}, "utf8")).version;
  if (found !== "${VERSION}") throw new Error("${NAME} is " + found + " and not ${VERSION}");
`;

/**
 * The package as a part of the set-up.
 * @type {Readonly<Record<string, { variable: string, program: string, probe: readonly string[], packages: readonly string[], install: () => Promise<string | undefined> }>>}
 */
export const BENCH_PARTS = {
  "bun-engine": {
    variable: "BOWLINE_BUN_ENGINE_IS_MISSING",
    program: process.execPath,
    probe: ["-e", SHOW_PACKAGE],
    packages: [`${NAME}@${VERSION}`],
    install: installPackage,
  },
};

/** Installs the package; answers why that failed, or nothing. */
async function installPackage() {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, "package.json"), '{ "private": true }\n');
  const spec = `${NAME}@${VERSION}`;
  const args = ["install", "--no-audit", "--no-fund", "--no-save", "--prefix", FOLDER, spec];
  const npm = await runCommand("npm", args, { cwd: FOLDER, timeoutMs: INSTALL_MS });
  return npm.code === 0 ? undefined : `npm did not install ${spec}: ${npm.output.trim().split("\n").at(-1)}`;
}
