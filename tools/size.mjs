// How much of the client a program's users load: exact imports, bundled by esbuild for browsers of es2022, minified, and
// compressed by gzip at its highest level, beside the official packages.
// Usage: node tools/size.mjs [--write-docs]    (the latter puts the table into docs/benchmarks.md)
// The bundles stay in .cache/size, where size-limit holds ours to the walls in .size-limit.json.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build as bundle } from "esbuild";
import { build } from "./build.mjs";
import { ROOT } from "./run-command.mjs";
import { ROWS } from "./size-rows.mjs";

const FOLDER = join(ROOT, ".cache", "size");
const DOCUMENT = join(ROOT, "docs", "benchmarks.md");
const BEGIN = "<!-- size: begin -->";
const END = "<!-- size: end -->";

/** @returns {Promise<Uint8Array>} what a browser loads at first for a program of this one line; the rest is loaded when it is needed */
async function bundleOf(program) {
  const { outputFiles, metafile } = await bundle({
    stdin: { contents: program, resolveDir: ROOT },
    bundle: true,
    splitting: true,
    metafile: true,
    outdir: FOLDER,
    minify: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: "es2022",
    // Named, so that no bundler's idea of a default decides: what a production build for browsers has.
    conditions: ["browser", "import", "module", "production"],
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "none",
    logLevel: "error",
  });
  const [[first, { imports }]] = Object.entries(metafile.outputs).filter(
    ([, { entryPoint }]) => entryPoint === "<stdin>",
  );
  // What stands in two files is loaded at first as well, in a file of its own; it would have to be counted.
  const atOnce = imports.filter(({ kind }) => kind === "import-statement");
  if (atOnce.length > 0) throw new Error(`Cannot measure "${program}": it is bundled into several files`);
  return outputFiles.find(({ path }) => path.endsWith(`/${basename(first)}`)).contents;
}

/** @returns {Promise<{ minified: number, gzip: number }>} the bytes of a program's bundle, before and after compression */
export async function sizeOfBundle(program) {
  const bytes = await bundleOf(program);
  return { minified: bytes.length, gzip: gzipped(bytes) };
}

const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** Bundles our side of every row into .cache/size. @returns the size of each, before and after compression */
export async function bundleOurs() {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const sizes = [];
  for (const { name, file, ours } of ROWS) {
    const bytes = await bundleOf(ours);
    writeFileSync(join(FOLDER, `${file}.js`), bytes);
    sizes.push({ name, minified: bytes.length, gzip: gzipped(bytes) });
  }
  return sizes;
}

async function table() {
  const lines = [
    "| import | minified | gzip | socket.io-client 4.8, gzip | 2.5, gzip |",
    "| --- | ---: | ---: | ---: | ---: |",
  ];
  for (const [index, { name, minified, gzip }] of (await bundleOurs()).entries()) {
    const { official4, official2 } = ROWS[index];
    const others = [];
    for (const program of [official4, official2]) {
      others.push(program === undefined ? "" : `${gzipped(await bundleOf(program))}`);
    }
    lines.push(`| ${name.includes("{") ? `\`${name}\`` : name} | ${minified} | ${gzip} | ${others.join(" | ")} |`);
  }
  return lines.join("\n");
}

/** @throws Error when the document has no place for the table. */
function replaceTable(text, content) {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin === -1 || end < begin)
    throw new Error(`Cannot write the sizes: "${DOCUMENT}" has no "${BEGIN}" … "${END}"`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${content}\n\n${text.slice(end)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await build();
  const content = await table();
  console.log(content);
  if (process.argv.includes("--write-docs")) {
    writeFileSync(DOCUMENT, replaceTable(readFileSync(DOCUMENT, "utf8"), content));
  }
}
