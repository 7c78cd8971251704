// Looks at the built packages as npm would ship them: publint (the manifest and the files fit) and attw (types resolve for
// ESM and CommonJS), both as libraries, since a process for each package would cost a minute; that every error sentence has
// its number, and size-limit (what a program imports for browsers stays small).
// Usage: node tools/check-packages.mjs
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { addUp, oneCheck } from "./gate-result.mjs";
import { pack, readManifest } from "./install-elsewhere.mjs";
import { BIN, ROOT, runCommand } from "./run-command.mjs";
import { aliasPackages, corePackages } from "./workspace-packages.mjs";

// What is used from here on is loaded when it is needed: npm installs it, and this file is read before that on a fresh
// clone, by way of the gate's list of steps.

/** What publint finds in a tarball: whether the manifest and the files fit. */
async function lintManifest(name, tarball) {
  const { publint } = await import("publint");
  const { formatMessage } = await import("publint/utils");
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: tarball.slice().buffer } });
  const errors = messages.filter(({ type }) => type === "error");
  const text = errors.map((message) => `${name}: ${formatMessage(message, pkg, { color: false })}`).join("\n");
  return oneCheck(errors.length === 0, text);
}

/** Resolution without `exports` (node10) is left out: the packages are for Node 20 and later, and for bundlers. */
const RESOLUTIONS = ["node16-cjs", "node16-esm", "bundler"];

/** What attw finds in a tarball: whether types resolve for ESM, CommonJS and bundlers. */
async function checkResolution(name, tarball, { exports = {} }) {
  const { checkPackage, createPackageFromTarballData } = await import("@arethetypeswrong/core");
  const { filterProblems, problemKindInfo } = await import("@arethetypeswrong/core/problems");
  // Files for a script tag have no types.
  const excludeEntrypoints = Object.keys(exports).filter((path) => path.startsWith("./dist/"));
  const analysis = await checkPackage(createPackageFromTarballData(tarball), { excludeEntrypoints });
  if (analysis.types === false) return oneCheck(!JSON.stringify(exports).includes(".d."), `${name}: it has no types`);
  const problems = RESOLUTIONS.flatMap((resolutionKind) =>
    filterProblems(analysis, { resolutionKind }).map(
      ({ kind, entrypoint, fileName }) =>
        `${name}: ${resolutionKind}: ${entrypoint ?? fileName ?? ""}: ${problemKindInfo[kind].title}`,
    ),
  );
  return oneCheck(problems.length === 0, problems.join("\n"));
}

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
  const folders = [...corePackages(), ...aliasPackages()];
  const target = mkdtempSync(join(tmpdir(), "bowline-packed-"));
  try {
    const tarballs = await pack(folders, target);
    for (const [index, folder] of folders.entries()) {
      const tarball = new Uint8Array(readFileSync(join(target, tarballs[index])));
      const manifest = readManifest(folder);
      results.push(await lintManifest(manifest.name, tarball), await checkResolution(manifest.name, tarball, manifest));
    }
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
  return addUp([...results, await checkErrorNumbers(), await checkSize()]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { passed, failed, note, output } = await checkPackages();
  if (failed > 0) console.log(output);
  console.log(`check-packages: ${passed} passed, ${failed} failed${note ? ` (${note})` : ""}`);
  if (failed > 0) process.exitCode = 1;
}
