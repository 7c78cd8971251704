// Holds the codes of failures to their word: each has a row in docs/errors.md, a sentence in @bowline/client/explain and a
// test with real peers in the suite `errors`; a row of a failure that no longer exists is an error as well. Codes of
// warnings and of single events need a row. Refusals of the server have their sentences by their type, and need a row and
// a test.
// Usage: node tools/check-errors.mjs
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { addUp, oneCheck } from "./gate-result.mjs";
import { ROOT } from "./run-command.mjs";

const CODES = join(ROOT, "packages/client/src/failure-code.ts");
const REFUSAL_CODES = join(ROOT, "packages/server/src/refusal-code.ts");
const EXPLAIN = join(ROOT, "packages/client/dist/explain.mjs");
const DOCUMENT = join(ROOT, "docs/errors.md");
const SUITE = join(ROOT, "private/testkit/suites/errors");

/** What keeps a row from being one: four cells, none of them empty. */
const ROW = /^\| `([A-Z_]+)` \|(?: [^|]+ \|){3}$/gm;
const OWN_CODE = /["'](BOWLINE_[A-Z_]+)["']/g;

function read(path) {
  return readFileSync(path, "utf8");
}

function sourcesUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.test|\.test-d)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The members of a union of codes. */
function membersOf(path, name) {
  const union = new RegExp(`export type ${name} =([^;]*);`).exec(read(path))?.[1] ?? "";
  return [...union.matchAll(/\| "([A-Z_]+)"/g)].map((match) => match[1]);
}

/** The codes of warnings and of events, wherever a package has one. */
function ownCodes() {
  const found = readdirSync(join(ROOT, "packages")).flatMap((name) =>
    sourcesUnder(join(ROOT, "packages", name, "src")).flatMap((path) =>
      [...read(path).matchAll(OWN_CODE)].map((match) => match[1]),
    ),
  );
  return [...new Set(found)];
}

function testTexts() {
  return readdirSync(SUITE)
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => read(join(SUITE, name)))
    .join("\n");
}

/** @returns {Promise<import("./gate-result.mjs").StepResult>} */
export async function checkErrors() {
  const codes = membersOf(CODES, "FailureCode");
  const refusals = membersOf(REFUSAL_CODES, "RefusalCode");
  const own = ownCodes();
  const rows = [...read(DOCUMENT).matchAll(ROW)].map((match) => match[1]);
  const tests = testTexts();
  const { explain } = await import(pathToFileURL(EXPLAIN).href);
  const results = [
    oneCheck(codes.length > 0 && own.length > 0, `${CODES}: no codes were found`),
    oneCheck(refusals.length > 0, `${REFUSAL_CODES}: no codes were found`),
  ];
  for (const code of refusals) {
    results.push(oneCheck(tests.includes(`"${code}"`), `${SUITE}: "${code}" is brought about by no test`));
  }
  for (const code of [...codes, ...own]) {
    results.push(oneCheck(rows.includes(code), `docs/errors.md: "${code}" has no whole row`));
  }
  for (const code of codes) {
    results.push(oneCheck(explain({ code }) !== "", `@bowline/client/explain: "${code}" has no sentence`));
    results.push(oneCheck(tests.includes(`"${code}"`), `${SUITE}: "${code}" is brought about by no test`));
  }
  for (const row of rows.filter((name) => !name.startsWith("BOWLINE_"))) {
    results.push(oneCheck(codes.includes(row), `docs/errors.md: "${row}" is the code of no failure`));
  }
  return { ...addUp(results), note: `${codes.length + own.length} codes` };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { passed, failed, output } = await checkErrors();
  if (failed > 0) console.log(output);
  console.log(`check-errors: ${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}
