// Holds the documents to what is there: examples type-check (and run), a `Source: docs/…` citation in the code names an
// existing document and heading, and a relative link leads to a file, and its anchor to a heading.
// Usage: node tools/check-docs.mjs
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { checkExamples } from "./doc-examples.mjs";
import { addUp, oneCheck } from "./gate-result.mjs";
import { ROOT } from "./run-command.mjs";
import { commentsOf } from "./source-text.mjs";

const SKIPPED = new Set(["node_modules", "dist", "dist.next", ".cache", ".git", "coverage"]);
const CITED = /(docs\/[\w./-]+\.md)((?:(?:,|\sand)\s*"[^"]+")*)/g;
const LINK = /(?<!!)\[[^\]\n]*\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g;

function filesUnder(folder, wanted) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path, wanted);
    return wanted.test(entry.name) ? [path] : [];
  });
}

/** The headings of a Markdown text; those inside code blocks are none. */
function headingsOf(text) {
  const prose = text.replaceAll(/^[ \t]*```[\s\S]*?^[ \t]*```[ \t]*$/gm, "");
  return [...prose.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => match[1].replaceAll("`", ""));
}

const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
const lineOf = (text, index) => text.slice(0, index).split("\n").length;

/** A source's comments in one line, so that a citation may go over several. */
const commentText = (source) =>
  commentsOf(source)
    .join("\n")
    .replaceAll(/\s*\n[ \t]*(?:\/\/|\*(?!\/))[ \t]*/g, " ");

function checkCitation(document, heading) {
  const path = join(ROOT, document);
  if (!existsSync(path)) return `"${document}" does not exist`;
  if (heading === undefined) return undefined;
  return headingsOf(readFileSync(path, "utf8")).includes(heading)
    ? undefined
    : `"${document}" has no heading "${heading}"`;
}

function checkCitations(path) {
  const results = [];
  for (const [, document, list] of commentText(readFileSync(path, "utf8")).matchAll(CITED)) {
    const headings = [...list.matchAll(/"([^"]+)"/g)].map((match) => match[1]);
    for (const heading of headings.length === 0 ? [undefined] : headings) {
      const problem = checkCitation(document, heading);
      results.push(oneCheck(problem === undefined, `${relative(ROOT, path)}: cites what is not there: ${problem}`));
    }
  }
  return results;
}

function checkLinks(path) {
  const text = readFileSync(path, "utf8");
  const prose = text.replaceAll(/^[ \t]*```[\s\S]*?^[ \t]*```[ \t]*$|`[^`\n]+`/gm, (code) =>
    code.replaceAll(/[^\n]/g, " "),
  );
  const results = [];
  for (const match of prose.matchAll(LINK)) {
    const [target = "", anchor] = match[1].split("#");
    if (/^[a-z][a-z0-9+.-]*:/i.test(match[1])) continue; // a link out of the repository
    const file = target === "" ? path : resolve(dirname(path), decodeURIComponent(target));
    const where = `${relative(ROOT, path)}:${lineOf(text, match.index)}`;
    let problem;
    if (!existsSync(file)) problem = `"${match[1]}" leads nowhere`;
    else if (anchor !== undefined && statSync(file).isFile() && file.endsWith(".md")) {
      const anchors = headingsOf(readFileSync(file, "utf8")).map(anchorOf);
      if (!anchors.includes(anchor)) problem = `"${match[1]}": there is no such heading`;
    }
    results.push(oneCheck(problem === undefined, `${where}: ${problem}`));
  }
  return results;
}

/** @returns {Promise<import("./gate-result.mjs").StepResult>} */
export async function checkDocs() {
  const documents = filesUnder(ROOT, /\.md$/);
  const sources = [
    ...filesUnder(join(ROOT, "packages"), /\.ts$/),
    ...filesUnder(join(ROOT, "private"), /\.(?:ts|mjs)$/),
  ];
  const citations = sources.flatMap(checkCitations);
  const links = documents.flatMap(checkLinks);
  const counts = { ...addUp([...citations, ...links]), note: `${citations.length} citations, ${links.length} links` };
  return addUp([await checkExamples(documents), counts]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { passed, failed, note, output } = await checkDocs();
  if (failed > 0) console.log(output);
  console.log(`check-docs: ${passed} passed, ${failed} failed (${note})`);
  if (failed > 0) process.exitCode = 1;
}
