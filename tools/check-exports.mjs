// Installs every core package into an empty project and looks at each entry point as a program elsewhere would: imported
// as ESM, required as CommonJS, read by a type checker.
// The names it finds must be those that the entry's source exports, no more and no fewer; the files for a script tag are
// run in a bare context and must leave a global `io`.
// Usage: node tools/check-exports.mjs
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createContext, runInContext } from "node:vm";
import { brotliDecompressSync } from "node:zlib";
import { addUp, oneCheck } from "./gate-result.mjs";
import { installElsewhere } from "./install-elsewhere.mjs";
import { BIN, runCommand } from "./run-command.mjs";
import { blankOut } from "./source-text.mjs";
import { corePackages } from "./workspace-packages.mjs";

const LIST = /\bexport\s*(type\s)?\s*\{([^}]*)\}/g;
const DECLARATION = /\bexport\s+(?:async\s+)?(?:function\s*\*?|class|const|let|abstract\s+class)\s+([A-Za-z_$][\w$]*)/g;

/**
 * The names of values that a source file exports; there is no `export *` in this project.
 * @param {string} text TypeScript
 * @returns {string[]} sorted
 */
export function exportedValues(text) {
  const code = blankOut(text);
  const names = new Set();
  for (const [, typeOnly, list] of code.matchAll(LIST)) {
    if (typeOnly !== undefined) continue;
    for (const item of list.split(",").map((part) => part.trim())) {
      if (item !== "" && !/^type\s/.test(item)) names.add(item.split(/\s+as\s+/).at(-1));
    }
  }
  for (const [, name] of code.matchAll(DECLARATION)) names.add(name);
  if (/\bexport\s+default\b/.test(code)) names.add("default");
  return [...names].sort();
}

/** All entry points: what a program writes, under which conditions, and the source it comes from. */
function entryPoints(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const entries = [];
  for (const [path, target] of Object.entries(manifest.exports)) {
    const source = target["bowline-source"];
    if (source === undefined) continue; // package.json itself
    const specifier = manifest.name + path.slice(1);
    const { default: file, browser = file } = typeof source === "string" ? { default: source } : source;
    entries.push({ specifier, conditions: [], source: join(folder, file), hasCommonJs: true });
    if (target.browser === undefined) continue;
    for (const conditions of [["browser"], ["browser", "development"]]) {
      entries.push({ specifier, conditions, source: join(folder, browser), hasCommonJs: false });
    }
  }
  return entries;
}

/** Loads an entry in a process of its own and gives its names. */
async function loadedNames(project, specifier, conditions, kind) {
  const load = kind === "esm" ? `await import("${specifier}")` : `require("${specifier}")`;
  const code = `const names = Object.keys(${load}).filter((name) => name !== "__esModule" && name !== "module.exports");
    console.log(JSON.stringify(names.sort()));`;
  const type = kind === "esm" ? "module" : "commonjs";
  const args = [...conditions.map((condition) => `--conditions=${condition}`), `--input-type=${type}`, "--eval", code];
  const run = await runCommand("node", args, { cwd: project, timeoutMs: 20_000 });
  if (run.code !== 0) return { problem: run.output };
  return { names: JSON.parse(run.stdout.trim().split("\n").at(-1)) };
}

async function checkEntry(project, { specifier, conditions, source, hasCommonJs }) {
  const expected = exportedValues(readFileSync(source, "utf8"));
  const results = [];
  for (const kind of hasCommonJs ? ["esm", "cjs"] : ["esm"]) {
    const what = `${specifier} (${[kind, ...conditions].join(", ")})`;
    const { names, problem } = await loadedNames(project, specifier, conditions, kind);
    if (names === undefined) {
      results.push(oneCheck(false, `${what} does not load:\n${problem}`));
      continue;
    }
    const missing = expected.filter((name) => !names.includes(name));
    const extra = names.filter((name) => !expected.includes(name));
    const text = `${what}: missing ${JSON.stringify(missing)}, not in the source ${JSON.stringify(extra)}`;
    results.push(oneCheck(missing.length === 0 && extra.length === 0 && expected.length > 0, text));
  }
  return addUp(results);
}

/** The files for a script tag: each, run as a plain script with a page's globals, leaves a global function `io`. */
function checkScriptTags(project) {
  const folder = join(project, "node_modules/@bowline");
  const files = [
    ...["bowline.js", "bowline.min.js"].map((file) => join("client/dist", file)),
    ...["socket.io.js", "socket.io.min.js"].map((file) => join("server/dist/client", `${file}.br`)),
  ];
  return files.map((file) => {
    const page = createContext({
      setTimeout,
      clearTimeout,
      TextEncoder,
      TextDecoder,
      URL,
      fetch,
      performance,
      console,
    });
    let found = "nothing";
    try {
      const bytes = readFileSync(join(folder, file));
      const script = file.endsWith(".br") ? brotliDecompressSync(bytes) : bytes;
      found = runInContext(`${script}\n;typeof io`, page, { filename: file });
    } catch (error) {
      found = String(error);
    }
    return oneCheck(found === "function", `${file}: the global "io" is not a function: ${found}`);
  });
}

/** The declarations as a user's compiler reads them: strictly, as ESM and as CommonJS, library files included. */
async function checkDeclarations(project, entries) {
  const specifiers = entries.filter((entry) => entry.conditions.length === 0).map((entry) => entry.specifier);
  const text = specifiers
    .map((name, index) => `import * as entry${index} from "${name}";\nexport { entry${index} };\n`)
    .join("");
  const results = [];
  for (const extension of ["mts", "cts"]) {
    writeFileSync(join(project, `consumer.${extension}`), text);
    const flags = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--types",
      "node",
      "--pretty",
      "false",
    ];
    const tsc = await runCommand("node", [BIN.tsc, ...flags, `consumer.${extension}`], { cwd: project });
    results.push(oneCheck(tsc.code === 0, `declarations, read from a .${extension} file:\n${tsc.output}`));
  }
  return addUp(results);
}

/** @returns {Promise<import("./gate-result.mjs").StepResult>} */
export async function checkExports() {
  const project = mkdtempSync(join(tmpdir(), "bowline-exports-"));
  try {
    await installElsewhere(project, corePackages());
    const entries = corePackages().flatMap(entryPoints);
    const results = [];
    for (const entry of entries) results.push(await checkEntry(project, entry));
    const installed = readdirSync(join(project, "node_modules/@bowline")).length;
    results.push(oneCheck(installed === corePackages().length, `${installed} packages were installed`));
    results.push(...checkScriptTags(project));
    return addUp([...results, await checkDeclarations(project, entries)]);
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { passed, failed, output } = await checkExports();
  if (failed > 0) console.log(output);
  console.log(`check-exports: ${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}
