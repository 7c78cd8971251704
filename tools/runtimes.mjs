// The runtimes that the suites of client and server run in, and uWebSockets.js: npm packages that bring binaries, installed
// on demand into .cache, so that no contributor loads most of a gigabyte for `npm start`. Exact versions stand in
// runtimes.json and native-servers.json, which the suites read as well.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runCommand } from "./run-command.mjs";

const INSTALL_MS = 5 * 60_000;

/** @type {Record<string, { part: string, variable: string, package: string, version: string, program: string }>} */
const RUNTIMES = JSON.parse(readFileSync(new URL("runtimes.json", import.meta.url), "utf8"));

/** What a runtime loads and is none itself. @type {typeof RUNTIMES} */
const NATIVE_SERVERS = JSON.parse(readFileSync(new URL("native-servers.json", import.meta.url), "utf8"));

const folderOf = ({ part, version }) => join(ROOT, ".cache", "runtimes", `${part}-${version}`);

/**
 * The runtimes as parts of the set-up, by their part's name.
 * @type {Readonly<Record<string, { variable: string, program: string, probe: readonly string[], packages: readonly string[], install: () => Promise<string | undefined> }>>}
 */
export const RUNTIME_PARTS = Object.fromEntries([
  ...Object.values(RUNTIMES).map((runtime) => [runtime.part, partOf(runtime, programOf(runtime), ["--version"])]),
  ...Object.values(NATIVE_SERVERS).map((server) => {
    const load = `require(${JSON.stringify(programOf(server))})`;
    return [server.part, partOf(server, process.execPath, ["-e", load])];
  }),
]);

/** The file that a program requires for uWebSockets.js. */
export const UWS_FILE = programOf(NATIVE_SERVERS["uWebSockets.js"]);

/** The versions of what is no Node here, by their names. */
export const NATIVE_VERSIONS = {
  [NATIVE_SERVERS["uWebSockets.js"].package]: NATIVE_SERVERS["uWebSockets.js"].version,
  Bun: RUNTIMES.Bun.version,
};

function programOf(runtime) {
  return process.env[runtime.variable] ?? join(folderOf(runtime), runtime.program);
}

function partOf(runtime, program, probe) {
  const packages = [`${runtime.package}@${runtime.version}`];
  return { variable: runtime.variable, program, probe, packages, install: () => installRuntime(runtime) };
}

/** Installs a runtime; answers why that failed, or nothing. */
async function installRuntime(runtime) {
  const folder = folderOf(runtime);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const name = `${runtime.package}@${runtime.version}`;
  const args = ["install", "--no-audit", "--no-fund", "--no-save", "--prefix", folder, name];
  const npm = await runCommand("npm", args, { cwd: folder, timeoutMs: INSTALL_MS });
  return npm.code === 0 ? undefined : `npm did not install ${name}: ${npm.output.trim().split("\n").at(-1)}`;
}
