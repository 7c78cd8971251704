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

/** Where the call that takes the title opens, and the names before it; undefined where there is none. */
function titleCall(code, from, firstNames) {
  let names = firstNames;
  let at = skipSpace(code, from);
  for (;;) {
    if (code[at] === "<") at = skipSpace(code, typesEnd(code, at));
    if (code[at] !== "(") return undefined;
    // `each(table)`, `skipIf(condition)` and their like are called once before they take the title, or another of them.
    if (!/\.(?:each|for|skipIf|runIf)$/.test(names)) return { open: at, names };
    at = skipSpace(code, closing(code, at) + 1);
    const more = /^(?:\.\w+)*/.exec(code.slice(at, at + 100))[0];
    names = `${names}()${more}`;
    at = skipSpace(code, at + more.length);
  }
}

/** The calls of describe and test, each with its title and the extent of its body. */
function callsOf(text, code) {
  const calls = [];
  for (const match of code.matchAll(HEAD)) {
    const call = titleCall(code, match.index + match[0].length, match[2]);
    const title = call === undefined ? undefined : literalAt(text, skipSpace(text, call.open + 1));
    if (title === undefined) continue;
    const isGroup = match[1] === "describe" || match[1] === "suite";
    calls.push({ title, isGroup, isOff: OFF.test(call.names), from: match.index, to: closing(code, call.open) });
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
