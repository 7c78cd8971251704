// Looks at the built packages as npm would ship them: publint (the manifest and the files fit), attw (types resolve for
// ESM and CommonJS), that every error sentence has its number, and size-limit (what a program imports for browsers stays
// small).
// Usage: node tools/check-packages.mjs
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { addUp, oneCheck } from "./gate-result.mjs";
import { BIN, ROOT, runCommand } from "./run-command.mjs";

/** The packages right below a folder of the repository; none when there is no such folder. */
function packagesIn(folder) {
  const parent = join(ROOT, folder);
  const folders = existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
  return folders.filter((path) => existsSync(join(path, "package.json")));
}

/** The folders of the core packages. */
export function corePackages() {
  return packagesIn("packages");
}

/** The folders of the packages that carry upstream's names. */
export function aliasPackages() {
  return [...packagesIn("aliases/v4"), ...packagesIn("aliases/v2")];
}

async function lintManifest(folder) {
  const publint = await runCommand("node", [BIN.publint, folder, "--strict"]);
  return oneCheck(publint.code === 0, publint.output);
}

async function checkResolution(folder) {
  // Resolution without `exports` (node10) is left out: the packages are for Node 20 and later, and for bundlers.
  // Files for a script tag have no types.
  const { exports = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const scripts = Object.keys(exports).filter((path) => path.startsWith("./dist/"));
  const attw = await runCommand("node", [
    BIN.attw,
    "--pack",
    folder,
    "--profile",
    "node16",
    "--no-emoji",
    "--no-color",
    ...(scripts.length > 0 ? ["--exclude-entrypoints", ...scripts] : []),
  ]);
  return oneCheck(attw.code === 0, attw.output);
}

// The two below are loaded when they are needed: they use what npm installs, and this file is read before that on a fresh
// clone, by way of the gate's list of steps.

async function checkErrorNumbers() {
  const { checkSentences } = await import("./sentences.mjs");
  return checkSentences();
}

async function checkSize() {
  const { bundleOurs } = await import("./size.mjs");
  const rows = await bundleOurs();
  const limit = await runCommand("node", [BIN.sizeLimit, "--json"]);
  const limits = JSON.parse(readFileSync(join(ROOT, ".size-limit.json"), "utf8"));
  let sizes = [];
  try {
    sizes = JSON.parse(limit.stdout);
  } catch {
    // the output below says what went wrong
  }
  const note = sizes.map(({ name, size }) => `${name} ${(size / 1000).toFixed(2)} kB`).join(", ");
  // size-limit takes a path that matches nothing for a file of 0 bytes; a row without a wall could grow unseen.
  const hasWalls = rows.every(({ name }) => limits.some((limit) => limit.name === name));
  const isMeasured = hasWalls && sizes.length === limits.length && sizes.every(({ size }) => size > 0);
  return oneCheck(limit.code === 0 && isMeasured, limit.output, note);
}

/** @returns {Promise<import("./gate-result.mjs").StepResult>} */
export async function checkPackages() {
  const results = [];
  for (const folder of [...corePackages(), ...aliasPackages()]) {
    results.push(...(await Promise.all([lintManifest(folder), checkResolution(folder)])));
  }
  return addUp([...results, await checkErrorNumbers(), await checkSize()]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { passed, failed, note, output } = await checkPackages();
  if (failed > 0) console.log(output);
  console.log(`check-packages: ${passed} passed, ${failed} failed${note ? ` (${note})` : ""}`);
  if (failed > 0) process.exitCode = 1;
}
