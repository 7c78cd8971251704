// Says what Bowline does with everything that programs of Socket.IO 2.x and 4.x know, and which test proves each line:
// writes docs/compatibility.md from the lists in private/testkit/compatibility, or holds the page and the lists to what
// is there. A line without a test, and a test that does not exist, is refused.
// Usage: node tools/compatibility.mjs [--check]
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { addUp, oneCheck, refuseEmpty } from "./gate-result.mjs";
import { ROOT } from "./run-command.mjs";
import { testTitles } from "./test-titles.mjs";

const LISTS = join(ROOT, "private", "testkit", "compatibility");
const PAGE = join(ROOT, "docs", "compatibility.md");
const FIELDS = ["item", "twoX", "fourX", "ours", "tests"];
const IS_TEST_FILE = /\.test(?:-d)?\.ts$/;

/**
 * @typedef {object} Row
 * @property {string} item what a program uses or is told
 * @property {string} twoX what the official packages of 2.x do
 * @property {string} fourX what those of 4.x do
 * @property {string} ours what ours does
 * @property {string[]} tests each `path: title` or `path: group > title`
 *
 * @typedef {object} List
 * @property {string} file
 * @property {string} part the heading under which the area stands
 * @property {string} area
 * @property {Row[]} rows
 */

/** @returns {List[]} in the order of their file names */
function readLists() {
  const files = existsSync(LISTS) ? readdirSync(LISTS).filter((file) => file.endsWith(".json")) : [];
  return files.sort().map((file) => ({ file, ...JSON.parse(readFileSync(join(LISTS, file), "utf8")) }));
}

const titlesByFile = new Map();

/** The tests of a file as `group > title`; undefined when there is no such file. */
function testsIn(path) {
  if (!titlesByFile.has(path)) {
    const file = join(ROOT, path);
    const isThere = !path.includes("..") && path.endsWith(".ts") && existsSync(file);
    const titles = isThere && testTitles(readFileSync(file, "utf8"), { cases: !IS_TEST_FILE.test(path) });
    titlesByFile.set(path, isThere ? titles.map((title) => title.join(" > ")) : undefined);
  }
  return titlesByFile.get(path);
}

/** What is wrong with a proof; undefined when it is one. */
function judgeProof(proof) {
  const [, path, title] = /^(\S+): (.+)$/.exec(proof) ?? [];
  if (path === undefined) return `"${proof}" is no proof: it reads "path: title"`;
  const tests = testsIn(path);
  if (tests === undefined) return `there is no "${path}"`;
  if (tests.some((test) => test === title || test.endsWith(` > ${title}`))) return undefined;
  return `"${path}" has no test "${title}"`;
}

/** What is wrong with a row. */
function judgeRow(row) {
  const missing = FIELDS.filter((field) => row[field] === undefined || row[field].length === 0);
  const unknown = Object.keys(row).filter((field) => !FIELDS.includes(field));
  return [
    ...missing.map((field) => (field === "tests" ? "no test proves it" : `it says nothing under "${field}"`)),
    ...unknown.map((field) => `"${field}" is no field of a line`),
    ...(row.tests ?? []).map(judgeProof).filter((problem) => problem !== undefined),
  ];
}

const cell = (text) => text.replaceAll("|", "\\|");

function proofCell(proof) {
  const [, path, title] = /^(\S+): (.+)$/.exec(proof) ?? [];
  return `[${cell(title).replaceAll(/[[\]<>*_`$]/g, "\\$&")}](../${path})`;
}

/** @param {List[]} lists */
function writePage(lists) {
  const count = lists.reduce((sum, { rows }) => sum + rows.length, 0);
  const lines = [
    "# Compatibility",
    "",
    "<!-- Written by tools/compatibility.mjs from private/testkit/compatibility; do not edit. -->",
    "",
    "What programs for Socket.IO 2.x and 4.x may rely on, what the official packages do (as their documents say or as they",
    "were seen to do), what Bowline does, and the tests that prove it. Where one word stands for both, the generations agree.",
    "“Programs of 2.x” are those that use the alias package of that generation, or the option `compat: 2`.",
    "",
    `${count} lines; each has a test, or the gate is red.`,
  ];
  let part;
  for (const list of lists) {
    if (list.part !== part) lines.push("", `## ${list.part}`);
    part = list.part;
    lines.push("", `### ${list.area}`, "", "| what | 2.x | 4.x | Bowline | proof |", "|---|---|---|---|---|");
    for (const { item, twoX, fourX, ours, tests } of list.rows) {
      lines.push(`| ${[item, twoX, fourX, ours].map(cell).join(" | ")} | ${tests.map(proofCell).join("; ")} |`);
    }
  }
  return `${lines.join("\n")}\n`;
}

/**
 * Judges every line.
 * @param {List[]} lists
 * @returns {import("./gate-result.mjs").StepResult}
 */
function judgeLists(lists) {
  return addUp(
    lists.flatMap(({ file, rows }) =>
      rows.map((row) => {
        const problems = judgeRow(row);
        return oneCheck(problems.length === 0, problems.map((what) => `${file}: "${row.item}": ${what}`).join("\n"));
      }),
    ),
  );
}

/**
 * Holds the lists and the page to what is there.
 * @returns {import("./gate-result.mjs").StepResult}
 */
export function checkCompatibility() {
  const lists = readLists();
  const judged = judgeLists(lists);
  if (judged.failed > 0) return judged;
  const isFresh = existsSync(PAGE) && readFileSync(PAGE, "utf8") === writePage(lists);
  const page = oneCheck(isFresh, "docs/compatibility.md is stale: run node tools/compatibility.mjs");
  return refuseEmpty({ ...addUp([judged, page]), note: `${judged.passed} lines of compatibility` });
}

function main() {
  const { values } = parseArgs({ options: { check: { type: "boolean" } } });
  const lists = readLists();
  if (values.check !== true && judgeLists(lists).failed === 0) writeFileSync(PAGE, writePage(lists));
  const { passed, failed, output } = checkCompatibility();
  if (failed > 0) console.log(output);
  console.log(`compatibility: ${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = main();
