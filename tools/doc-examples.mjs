// Takes the examples out of the documents and the doc comments, type-checks all of them against the built packages, and
// runs those that ask for it. Conventions, in the line that opens a block:
//   ```ts        type-checked strictly, as a module of its own
//   ```js        checked as JavaScript (as CommonJS when it calls require)
//   ```ts run    also run: it must end by itself within 10 s; its output must be its `// prints: …` lines, if it has any
//   ```text      anything that is no program (wire traces, fragments) is not called js or ts
// An `@example` without a fence is TypeScript up to the next tag; the package's own names need no import there.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { exportedValues } from "./check-exports.mjs";
import { addUp, oneCheck } from "./gate-result.mjs";
import { BIN, ROOT, runCommand } from "./run-command.mjs";

const RUN_LIMIT_MS = 10_000;
const FENCE = /^([ \t]*)```(js|ts|javascript|typescript)\b([^\n]*)\n([\s\S]*?)^\1```[ \t]*$/gm;
const DOC_COMMENT = /\/\*\*[\s\S]*?\*\//g;

const lineOf = (text, index) => text.slice(0, index).split("\n").length;

/** The js and ts blocks of a Markdown text. */
function blocksOf(text, path, lineOffset = 0) {
  return [...text.matchAll(FENCE)].map((match) => {
    const [, indent, language, info, body] = match;
    const code = body.replaceAll(new RegExp(`^${indent}`, "gm"), "");
    return {
      path,
      line: lineOf(text, match.index) + lineOffset,
      isTs: language.startsWith("t"),
      runs: /\brun\b/.test(info),
      code,
    };
  });
}

/** The entries of a package for programs, the main one first: what an import names, and the source behind it. */
function entriesOf(name) {
  const folder = join(ROOT, "packages", name);
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.entries(exports).flatMap(([path, target]) => {
    const source = target["bowline-source"];
    if (source === undefined || path === "./internal") return [];
    const file = join(folder, typeof source === "string" ? source : source.default);
    return existsSync(file) ? [{ specifier: `@bowline/${name}${path.slice(1)}`, file }] : [];
  });
}

/**
 * What the reader of a doc comment has before his eyes and the example need not repeat: the package's own names, and a
 * `socket` and an `io` where these are what the package is about. One line, put before the example.
 */
function preludeFor(code, path) {
  const [, name = ""] = path.split("/");
  const isFree = (word) =>
    new RegExp(`(?<![.\\w$])${word}\\b(?!\\s*:)`).test(code) &&
    !new RegExp(`\\b(?:const|let|class|function|import)\\b[^=;(]*\\b${word}\\b`).test(code);
  const used = new Set();
  const imports = entriesOf(name).flatMap(({ specifier, file }) => {
    const names = exportedValues(readFileSync(file, "utf8"));
    const wanted = names.filter((word) => word !== "default" && !used.has(word) && isFree(word));
    for (const word of wanted) used.add(word);
    return wanted.length > 0 ? [`import { ${wanted.join(", ")} } from "${specifier}";`] : [];
  });
  const given = { server: { socket: "Socket", io: "Server" }, client: { socket: "Socket" } }[name] ?? {};
  const variables = Object.entries(given)
    .filter(([word]) => !used.has(word) && isFree(word))
    .map(([word, type]) => `declare const ${word}: import("@bowline/${name}").${type};`);
  return [...imports, ...variables].join(" ").trim();
}

/** The blocks below `@example` in the doc comments of a source file. */
function exampleBlocksOf(text, path) {
  return [...text.matchAll(DOC_COMMENT)].flatMap((match) => {
    if (!match[0].includes("@example")) return [];
    const plain = match[0].replaceAll(/^[ \t]*(?:\/\*\*|\*(?!\/)) ?/gm, "").replace(/[ \t]*\*\/$/, "");
    const at = plain.indexOf("@example");
    const before = lineOf(text, match.index) + lineOf(plain, at) - 2;
    const blocks = blocksOf(plain.slice(at), path, before);
    if (blocks.length > 0) return blocks;
    // Without a fence the example is all text up to the next tag.
    const body = plain.slice(at + "@example".length).split(/^[ \t]*@[a-z]+/m)[0];
    const code = body.replace(/^\n/, "");
    return [{ path, line: before + 2, isTs: true, runs: false, code, prelude: preludeFor(code, path) }];
  });
}

function sourceFiles() {
  return readdirSync(join(ROOT, "packages")).flatMap((name) => {
    const folder = join(ROOT, "packages", name, "src");
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.test(?:-d)?\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
  });
}

const isCommonJs = (code) => /\brequire\(/.test(code) && !/^\s*import\s/m.test(code);

/** Writes each block to a file whose name leads back to its place. */
function writeBlocks(folder, blocks) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const shared = {
    target: "es2022",
    lib: ["es2022", "dom"],
    types: ["node"],
    module: "nodenext",
    noEmit: true,
    skipLibCheck: true,
  };
  // An example may leave a name unused and lean on the reader's knowledge; it may not be wrong.
  const strict = { ...shared, strict: true, noImplicitAny: false, allowImportingTsExtensions: true };
  const loose = { ...shared, strict: false, noImplicitAny: false, allowJs: true, checkJs: true };
  writeFileSync(
    join(folder, "tsconfig.ts.json"),
    JSON.stringify({ compilerOptions: strict, include: ["*.mts", "*.cts"] }),
  );
  writeFileSync(
    join(folder, "tsconfig.js.json"),
    JSON.stringify({ compilerOptions: loose, include: ["*.mjs", "*.cjs"] }),
  );
  return blocks.map((block, index) => {
    const extension = `${isCommonJs(block.code) ? "c" : "m"}${block.isTs ? "ts" : "js"}`;
    const file = `example-${String(index + 1).padStart(3, "0")}.${extension}`;
    const marker = !isCommonJs(block.code) && !/^\s*(?:import|export)\b/m.test(block.code) ? "\nexport {};\n" : "";
    writeFileSync(join(folder, file), `${block.prelude ?? ""}\n${block.code}${marker}`);
    return { ...block, file };
  });
}

async function typeCheck(folder, blocks) {
  const problems = new Map();
  for (const [config, isTs] of [
    ["tsconfig.ts.json", true],
    ["tsconfig.js.json", false],
  ]) {
    if (!blocks.some((block) => block.isTs === isTs)) continue;
    const tsc = await runCommand("node", [BIN.tsc, "-p", config, "--pretty", "false"], { cwd: folder });
    for (const line of tsc.output.trim().split("\n")) {
      const match = /^(example-[\w.]+)\((\d+),\d+\): (.*)$/.exec(line);
      if (match !== null)
        problems.set(match[1], [...(problems.get(match[1]) ?? []), `line ${match[2] - 1}: ${match[3]}`]);
    }
    const found = blocks.some((block) => block.isTs === isTs && problems.has(block.file));
    if (tsc.code !== 0 && !found) throw new Error(`Cannot type-check the examples:\n${tsc.output}`);
  }
  return blocks.map((block) => {
    const found = problems.get(block.file) ?? [];
    return oneCheck(
      found.length === 0,
      `${block.path}:${block.line}: the example has type errors\n  ${found.join("\n  ")}`,
    );
  });
}

async function run(folder, block) {
  const isScript = block.file.endsWith("js");
  const args = isScript ? [block.file] : ["--import", "tsx", block.file];
  const result = await runCommand("node", args, { cwd: folder, timeoutMs: RUN_LIMIT_MS });
  const where = `${block.path}:${block.line}`;
  if (result.code !== 0) return oneCheck(false, `${where}: the example ends with ${result.code}\n${result.output}`);
  const expected = [...block.code.matchAll(/\/\/ prints: (.*)$/gm)].map((match) => match[1].trim());
  const printed = result.stdout.trim();
  const fits = expected.length === 0 || printed === expected.join("\n");
  return oneCheck(fits, `${where}: the example prints\n${printed}\ninstead of\n${expected.join("\n")}`);
}

/**
 * Checks all examples.
 * @param {readonly string[]} documents paths of the Markdown files
 * @returns {Promise<import("./gate-result.mjs").StepResult>}
 */
export async function checkExamples(documents) {
  const found = [
    ...documents.flatMap((path) => blocksOf(readFileSync(path, "utf8"), relative(ROOT, path))),
    ...sourceFiles().flatMap((path) => exampleBlocksOf(readFileSync(path, "utf8"), relative(ROOT, path))),
  ];
  const folder = join(ROOT, ".cache", "examples");
  const blocks = writeBlocks(folder, found);
  const results = await typeCheck(folder, blocks);
  const runnable = blocks.filter((block) => block.runs);
  for (const block of runnable) results.push(await run(folder, block));
  const sum = addUp(results);
  return { ...sum, note: `${blocks.length} examples, ${runnable.length} run` };
}
