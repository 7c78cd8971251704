// Reads the titles of tests from their source text, with the groups they stand in, without running them. Comments and
// strings that only look like tests are none; a test that is switched off (`skip`, `todo`, `fails`) is none either.
import { blankOut } from "./source-text.mjs";

const HEAD = /(?<![\w.$])(describe|test|it|suite)((?:\.\w+)*)/g;
const OFF = /\.(?:skip|todo|fails)\b/;
const CASE_NAME = /\b(?:name|title):\s*"((?:[^"\\\n]|\\.)*)"/g;

/** Where the parenthesis that opens at `from` closes, in a text without literals. */
function closing(code, from) {
  let depth = 0;
  for (let at = from; at < code.length; at += 1) {
    if (code[at] === "(") depth += 1;
    else if (code[at] === ")" && --depth === 0) return at;
  }
  return code.length;
}

/** Where the type arguments that open at `from` end; an arrow in them closes nothing. */
function typesEnd(code, from) {
  let depth = 0;
  for (let at = from; at < code.length; at += 1) {
    if (code[at] === "<") depth += 1;
    else if (code[at] === ">" && code[at - 1] !== "=" && --depth === 0) return at + 1;
  }
  return code.length;
}

const skipSpace = (text, from) => from + /^\s*/.exec(text.slice(from, from + 200))[0].length;

/** The literal that starts at `from`, without its quotes. */
function literalAt(text, from) {
  const quote = text[from];
  if (quote !== '"' && quote !== "'" && quote !== "`") return undefined;
  let at = from + 1;
  let depth = 0;
  while (at < text.length && (text[at] !== quote || depth > 0)) {
    // What stands in the `${}` of a template may hold templates itself.
    if (quote === "`" && text.startsWith("${", at)) depth += 1;
    if (text[at] === "}" && depth > 0) depth -= 1;
    at += text[at] === "\\" ? 2 : 1;
  }
  return text.slice(from + 1, at).replaceAll(/\\(["'`\\])/g, "$1");
}

/** The calls of describe and test, each with its title and the extent of its body. */
function callsOf(text, code) {
  const calls = [];
  for (const match of code.matchAll(HEAD)) {
    let open = skipSpace(code, match.index + match[0].length);
    if (code[open] === "<") open = skipSpace(code, typesEnd(code, open));
    if (code[open] !== "(") continue;
    // `each(table)`, `skipIf(condition)` and `runIf(condition)` are called once before they take the title.
    if (/\.(?:each|for|skipIf|runIf)$/.test(match[2])) open = skipSpace(code, closing(code, open) + 1);
    if (code[open] !== "(") continue;
    const title = literalAt(text, skipSpace(text, open + 1));
    if (title === undefined) continue;
    const isGroup = match[1] === "describe" || match[1] === "suite";
    calls.push({ title, isGroup, isOff: OFF.test(match[2]), from: match.index, to: closing(code, open) });
  }
  return calls;
}

/**
 * Gives the titles of the tests in a source text, each as the list of its groups' titles and its own. Templates stay as
 * they are written (`%s`, `$name`, `${"${name}"}`). In a file of cases, which a suite plays, each `name: "…"` or `title: "…"` is one.
 * @param {string} text TypeScript
 * @param {{ cases?: boolean }} [options] whether the file holds cases
 * @returns {string[][]}
 */
export function testTitles(text, { cases = false } = {}) {
  const code = blankOut(text);
  const calls = callsOf(text, code);
  const titles = calls
    .filter(({ isGroup }) => !isGroup)
    .map((test) => [...calls.filter(({ isGroup, from, to }) => isGroup && from < test.from && test.to < to), test])
    .filter((path) => path.every(({ isOff }) => !isOff))
    .map((path) => path.map(({ title }) => title));
  if (!cases) return titles;
  const named = [...text.matchAll(CASE_NAME)].filter(({ index }) =>
    /^(?:name|title)/.test(code.slice(index, index + 5)),
  );
  return [...titles, ...named.map((match) => [match[1]])];
}
