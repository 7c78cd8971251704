// The layer rules that neither an import graph nor a list of forbidden globals can express, read off the source text:
// ambient time and randomness (Math and Date stay usable, their impure parts do not), comments that switch a layer rule
// off, a file header, and the longest a file may be. Composition roots (entry/, runtime/) may do what the core may not.
// Usage: node tools/check-layers.mjs [FOLDER]   (default: the repository's root)
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT } from "./run-command.mjs";
import { blankOut } from "./source-text.mjs";

const LONGEST_FILE_LINES = 400;
/** An alias re-exports; what needs more lines than the longest list of types is logic, and belongs into the core. */
const LONGEST_ALIAS_LINES = 100;
const ALIAS_FILE = /\.(?:d\.)?[cm]?[jt]s$/;
const ALIAS_COPY = /\/client-dist\/|\/(?:socket|engine)\.io-client[^/]*\/(?:dist\/|engine\.io\.js)|\/node_modules\//;
const COMPOSITION_ROOT = /\/(?:entry|runtime)\//;
const TEST = /\.test(?:-d)?\.ts$/;

const TIMERS = "setTimeout|setInterval|setImmediate|clearTimeout|clearInterval|clearImmediate|queueMicrotask";
const GLOBAL_OBJECTS = "globalThis|window|self|global";

/** Patterns over code without comments and strings, for the core only. */
const CORE_RULES = [
  {
    rule: "ambient-randomness",
    pattern: /\bMath\s*(?:\?\.|\.)\s*random\b|\bMath\s*\[/g,
    fix: "use the Random that is handed in",
  },
  {
    rule: "ambient-clock",
    pattern:
      /\bDate\s*(?:\?\.|\.)\s*now\b|\bDate\s*\[|\bnew\s+Date\s*\(\s*\)|\bnew\s+Date\s*(?![\s(])|(?<!\bnew\s+|\.\s*)\bDate\s*\(/g,
    fix: "use the Clock that is handed in",
  },
  {
    rule: "ambient-timer",
    pattern: new RegExp(`(?<![.#\\w])(?:${TIMERS})\\b(?!\\s*\\??:)`, "g"),
    fix: "use the Clock that is handed in",
  },
  {
    rule: "ambient-global",
    pattern: new RegExp(`(?<![.#\\w])(?:${GLOBAL_OBJECTS})\\s*(?:\\?\\.|\\.|\\[)`, "g"),
    fix: "let entry/ or runtime/ hand it in",
  },
];

/** Rules whose suppression would open a layer, wherever the comment stands. */
const SUPPRESSION =
  /biome-ignore(?:-all|-start)?\s+lint(?:\/style\/noRestricted(?:Globals|Imports)|\/suspicious\/(?:noExplicitAny|noConsole)|\/style)?\s*:|@ts-(?:ignore|nocheck)|(?:oxlint|eslint)-disable/g;

/** The one place with leave: users' event maps default loosely, as programs written for upstream expect. */
const MAY_SUPPRESS = new Set(["packages/protocol/src/shared/events-map.ts"]);

const lineOf = (text, index) => text.slice(0, index).split("\n").length;

function checkFile(path, text, longest = LONGEST_FILE_LINES) {
  const findings = [];
  const find = (pattern, within, rule, fix) => {
    for (const match of within.matchAll(pattern)) {
      findings.push({ path, line: lineOf(text, match.index), rule, what: `"${match[0].trim()}": ${fix}` });
    }
  };
  if (!COMPOSITION_ROOT.test(path)) {
    const code = blankOut(text);
    for (const { rule, pattern, fix } of CORE_RULES) find(pattern, code, rule, fix);
    if (!MAY_SUPPRESS.has(path))
      find(SUPPRESSION, text, "layer-rule-switched-off", "keep the rule, or change it with a decision page");
  }
  const lines = text.trimEnd().split("\n").length;
  if (lines > longest) {
    findings.push({
      path,
      line: lines,
      rule: "file-length",
      what: `${lines} lines: split it (${longest} is the wall)`,
    });
  }
  if (!/^(?:#![^\n]*\n)?(?:\/\/|\/\*)/.test(text)) {
    findings.push({ path, line: 1, rule: "file-header", what: "no header comment: what it is, its place in the flow" });
  }
  return findings;
}

/** The hand-written files of the alias packages: short, with a header. The client's browser files are copies. */
function checkAliases(root) {
  const folder = join(root, "aliases");
  const findings = [];
  let files = 0;
  const entries = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  for (const entry of entries) {
    const path = relative(root, join(entry.parentPath, entry.name));
    if (!entry.isFile() || !ALIAS_FILE.test(path) || ALIAS_COPY.test(path)) continue;
    files += 1;
    const text = readFileSync(join(root, path), "utf8");
    findings.push(...checkFile(path, text, LONGEST_ALIAS_LINES));
  }
  return { files, findings };
}

/**
 * Checks the sources of all packages.
 * @param {string} [root] the folder that holds `packages/`
 * @returns {{ files: number, findings: { path: string, line: number, rule: string, what: string }[] }}
 */
export function checkLayers(root = ROOT) {
  const findings = [];
  let files = 0;
  for (const name of readdirSync(join(root, "packages")).sort()) {
    const source = join(root, "packages", name, "src");
    let entries = [];
    try {
      entries = readdirSync(source, { recursive: true, withFileTypes: true });
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
    for (const entry of entries) {
      if (!entry.isFile() || !entry.name.endsWith(".ts") || TEST.test(entry.name)) continue;
      files += 1;
      const path = join(entry.parentPath, entry.name);
      findings.push(...checkFile(relative(root, path), readFileSync(path, "utf8")));
    }
  }
  const aliases = checkAliases(root);
  return { files: files + aliases.files, findings: [...findings, ...aliases.findings] };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { files, findings } = checkLayers(resolve(process.argv[2] ?? ROOT));
  for (const { path, line, rule, what } of findings) console.log(`${path}:${line}: ${rule}: ${what}`);
  console.log(`check-layers: ${files} files, ${findings.length} findings`);
  if (findings.length > 0 || files === 0) process.exitCode = 1;
}
