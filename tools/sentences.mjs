// The sentences of our errors, and their numbers: the minified builds for browsers carry the number and the values alone.
// Rules: a sentence is a text that starts with "Cannot", or one with a space among the arguments of a function whose name
// ends in "refusal"; everything else stays as it is, above all what programs compare. A number, once given, is never given
// to another sentence: docs/error-numbers.md only grows, and is the one list.
// Usage: node tools/sentences.mjs [--write]    (without it, says which sentences have no number yet)
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { addUp, oneCheck } from "./gate-result.mjs";
import { ROOT } from "./run-command.mjs";

const DOCUMENT = join(ROOT, "docs", "error-numbers.md");
const FOLDERS = ["packages/protocol/src", "packages/client/src"];
const ROW = /^\| *(\d+) *\| (.+?) *\|$/gm;
const OPENING = /^Cannot /;
const REFUSES = /refusal$/i;

/** Whether two texts are joined, as one is that does not fit on a line. */
function isJoined(node) {
  const isSum = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken;
  return isSum && isText(node.left) && isText(node.right);
}

function isText(node) {
  return ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || isJoined(node);
}

/** A literal's text with `{0}`, `{1}` for its values, and the source of these. */
function read(node, first = 0) {
  if (isJoined(node)) {
    const left = read(node.left, first);
    const right = read(node.right, first + left.values.length);
    return { text: left.text + right.text, values: [...left.values, ...right.values] };
  }
  if (!ts.isTemplateExpression(node)) return { text: node.text, values: [] };
  const rest = node.templateSpans.map(({ literal }, index) => `{${first + index}}${literal.text}`);
  return { text: node.head.text + rest.join(""), values: node.templateSpans.map(({ expression }) => expression) };
}

/**
 * The sentences in a source, in order.
 * @param {string} source TypeScript
 * @returns {{ from: number, to: number, text: string, isWhole: boolean, values: readonly string[] }[]} `isWhole`: not only
 *   the reason of one
 */
export function sentencesOf(source) {
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.ES2022, true);
  const found = [];
  const visit = (node, isReason) => {
    if (isText(node)) {
      const { text, values } = read(node);
      const isWhole = OPENING.test(text);
      if (isWhole || (isReason && text.includes(" "))) {
        const sources = values.map((value) => value.getText(file));
        found.push({ from: node.getStart(file), to: node.end, text, isWhole, values: sources });
        return;
      }
    }
    const refuses = ts.isCallExpression(node) && REFUSES.test(node.expression.getText(file));
    ts.forEachChild(node, (child) => visit(child, isReason || (refuses && child !== node.expression)));
  };
  visit(file, false);
  return found;
}

/** The numbers that were given, by sentence. */
export function numbersOf(document) {
  return new Map([...document.matchAll(ROW)].map(([, number, text]) => [text, Number(number)]));
}

/**
 * Puts numbers in the places of sentences; those without one stay.
 * @param {string} source TypeScript
 * @param {ReadonlyMap<string, number>} numbers
 */
export function shorten(source, numbers) {
  let result = source;
  for (const { from, to, text, isWhole, values } of sentencesOf(source).toReversed()) {
    const number = numbers.get(text);
    if (number === undefined) continue;
    const told = isWhole ? `Bowline error ${number}` : `${number}`;
    const list = values.map((value) => `\${${value}}`).join(", ");
    const short = values.length === 0 ? `"${told}"` : `\`${told}: ${list}\``;
    // As long as before, so that what follows stays where source maps look for it.
    const lines = "\n".repeat(source.slice(from, to).split("\n").length - 1);
    result = result.slice(0, from) + (short + lines).padEnd(to - from) + result.slice(to);
  }
  return result;
}

/** The plugin of a build that carries numbers. */
export function numbersForSentences() {
  const numbers = numbersOf(readFileSync(DOCUMENT, "utf8"));
  return {
    name: "numbers-for-sentences",
    transform(code, id) {
      return /\/src\/.*\.ts$/.test(id.replaceAll(sep, "/")) ? { code: shorten(code, numbers), map: null } : undefined;
    },
  };
}

function sourceFiles() {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true })
      .filter((file) => /(?<!\.test|\.test-d)\.ts$/.test(file))
      .map((file) => join(ROOT, folder, file)),
  ).sort();
}

/** The sentences that have no number, each once. */
function unnumbered() {
  const numbers = numbersOf(readFileSync(DOCUMENT, "utf8"));
  const texts = sourceFiles().flatMap((file) => sentencesOf(readFileSync(file, "utf8")).map(({ text }) => text));
  return [...new Set(texts)].filter((text) => !numbers.has(text));
}

/** @returns {import("./gate-result.mjs").StepResult} */
export function checkSentences() {
  const given = [...readFileSync(DOCUMENT, "utf8").matchAll(ROW)].map(([, number]) => number);
  const left = unnumbered();
  return addUp([
    oneCheck(left.length === 0, `these have no number, run node tools/sentences.mjs --write:\n${left.join("\n")}`),
    oneCheck(given.length > 0 && new Set(given).size === given.length, "docs/error-numbers.md gives a number twice"),
  ]);
}

function giveNumbers() {
  const document = readFileSync(DOCUMENT, "utf8").trimEnd();
  let last = Math.max(0, ...numbersOf(document).values());
  const rows = unnumbered().map((text) => `| ${++last} | ${text} |`);
  writeFileSync(DOCUMENT, `${[document, ...rows].join("\n")}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (process.argv.includes("--write")) giveNumbers();
  const { passed, failed, output } = checkSentences();
  if (failed > 0) console.log(output);
  console.log(`sentences: ${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}
