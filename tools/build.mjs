// Builds the packages into their dist/: protocol, then adapter and client side by side, then server, which takes in the
// client's browser files. A package whose inputs have not changed since its last build is left alone. The alias packages
// are written by hand; they only get the client's browser files, under the names that their programs look for.
// Each build goes to dist.next/ and is put in place at once, so that a failed build leaves the last good one standing
// and nobody who is reading dist/ finds it empty.
// Usage: node tools/build.mjs [--force]
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { withLock } from "./lock.mjs";
import { BIN, ROOT, runCommand } from "./run-command.mjs";

/** In order: a package comes after those it needs; packages of one row are built at the same time. */
const ROWS = [
  [{ name: "protocol", needs: [] }],
  [
    { name: "adapter", needs: ["protocol"] },
    { name: "client", needs: ["protocol"] },
  ],
  [
    { name: "server", needs: ["protocol", "adapter", "client"] },
    { name: "redis", needs: ["protocol", "adapter"] },
    { name: "node-cluster", needs: ["protocol", "adapter"] },
    { name: "postgres", needs: ["protocol", "adapter"] },
    { name: "nats", needs: ["protocol", "adapter"] },
  ],
];

/** What the server serves under upstream's names, copied from the client's dist. */
const SERVED = /^socket\.io(?:\.esm|\.msgpack)?(?:\.min)?\.js(?:\.map)?$/;

const SCRIPTS_OF_4 = ["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"];

/** What the aliases hold of the client's dist: for each folder its file names, and what each is a copy of. */
const ALIAS_FILES = {
  "v4/socket.io/client-dist": sameNames(...SCRIPTS_OF_4),
  "v4/socket.io-client/dist": sameNames(...SCRIPTS_OF_4),
  "v4/engine.io-client/dist": sameNames("engine.io.js", "engine.io.min.js", "engine.io.esm.min.js"),
  "v2/socket.io-client-v2/dist": {
    "socket.io.js": "socket.io.compat-2.js",
    "socket.io.dev.js": "socket.io.compat-2.dev.js",
    "socket.io.slim.js": "socket.io.compat-2.slim.js",
    "socket.io.slim.dev.js": "socket.io.compat-2.slim.dev.js",
  },
  "v2/engine.io-client-v2": { "engine.io.js": "engine.io.compat-2.js" },
};

function sameNames(...names) {
  return Object.fromEntries(names.map((name) => [name, name]));
}

const STAMPS = join(ROOT, ".cache", "build");
const SHARED_INPUTS = [
  "tsdown.shared.ts",
  "tsconfig.base.json",
  "package-lock.json",
  "tools/sentences.mjs",
  "docs/error-numbers.md",
];
const IS_TEST = /\.test(?:-d)?\.ts$/;

/** All files under a folder, sorted, without tests. */
function sourceFiles(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !IS_TEST.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** A hash over everything that decides what a build gives; contents, not times, since a fresh clone has only new times. */
function inputHash(name, needs) {
  const folder = join(ROOT, "packages", name);
  const hash = createHash("sha256");
  const own = ["package.json", "tsconfig.json", "tsdown.config.ts"].map((file) => join(folder, file));
  for (const file of [...SHARED_INPUTS.map((file) => join(ROOT, file)), ...own, ...sourceFiles(join(folder, "src"))]) {
    hash.update(relative(ROOT, file)).update("\0").update(readFileSync(file)).update("\0");
  }
  for (const needed of needs) hash.update(readFileSync(join(STAMPS, needed), "utf8"));
  return hash.digest("hex");
}

function isCurrent(name, hash) {
  const stamp = join(STAMPS, name);
  return existsSync(join(ROOT, "packages", name, "dist")) && existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
}

function putInPlace(folder) {
  const [next, dist, old] = ["dist.next", "dist", "dist.old"].map((part) => join(folder, part));
  rmSync(old, { recursive: true, force: true });
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(next, dist);
  rmSync(old, { recursive: true, force: true });
}

function copyServedFiles(target) {
  const from = join(ROOT, "packages", "client", "dist");
  const files = readdirSync(from).filter((file) => SERVED.test(file));
  if (files.length === 0) throw new Error(`Cannot copy the client's browser files: "${from}" has none of them`);
  mkdirSync(target, { recursive: true });
  for (const file of files) copyCompressed(join(from, file), join(target, file));
  // Programs of 2.x serve their client under the one name that they know.
  mkdirSync(join(target, "compat-2"), { recursive: true });
  const { script, map } = renamedScript(join(from, "socket.io.compat-2.js"), "socket.io.js");
  writeFileSync(join(target, "compat-2", "socket.io.js.br"), brotliCompressSync(script));
  writeFileSync(join(target, "compat-2", "socket.io.js.map.br"), brotliCompressSync(map));
}

/** What is served is kept as most browsers take it, a fifth of the size. */
function copyCompressed(source, target) {
  writeFileSync(`${target}.br`, brotliCompressSync(readFileSync(source)));
}

/** What the server's build takes in of other packages, and with them their licences. */
const BUNDLED = ["cookie", "cors", "object-assign", "vary"];

function licencesOf(names) {
  const licences = names.map((name) => {
    const folder = join(ROOT, "node_modules", name);
    const file = readdirSync(folder).find((entry) => entry.toLowerCase() === "license");
    if (file === undefined) throw new Error(`Cannot bundle "${name}": it has no licence`);
    return `${name}\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  });
  return licences.join("\n\n");
}

/** Writes what is not there yet: others may be reading. */
function writeIfChanged(path, text) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}

/** A script and its source map under another name: they name each other. */
function renamedScript(source, to) {
  const text = readFileSync(source, "utf8");
  const script = text.replace(`sourceMappingURL=${basename(source)}.map`, `sourceMappingURL=${to}.map`);
  return { script, map: JSON.stringify({ ...JSON.parse(readFileSync(`${source}.map`, "utf8")), file: to }) };
}

/** Copies a script and its source map. */
function copyScript(source, target) {
  const { script, map } = renamedScript(source, basename(target));
  writeIfChanged(target, script);
  writeIfChanged(`${target}.map`, map);
}

function fillAliases() {
  if (!existsSync(join(ROOT, "aliases"))) return;
  const dist = join(ROOT, "packages", "client", "dist");
  for (const [folder, files] of Object.entries(ALIAS_FILES)) {
    const target = join(ROOT, "aliases", folder);
    mkdirSync(target, { recursive: true });
    for (const [name, source] of Object.entries(files)) copyScript(join(dist, source), join(target, name));
  }
}

async function buildPackage({ name, needs }, force) {
  const hash = inputHash(name, needs);
  if (!force && isCurrent(name, hash)) return { name, built: false };
  const folder = join(ROOT, "packages", name);
  const next = join(folder, "dist.next");
  rmSync(next, { recursive: true, force: true });
  const tsdown = await runCommand("node", [BIN.tsdown], { cwd: folder, env: { BOWLINE_OUT_DIR: "dist.next" } });
  if (tsdown.code !== 0 || !existsSync(next)) {
    rmSync(next, { recursive: true, force: true });
    throw new Error(`Cannot build "${name}":\n${tsdown.output.trim()}`);
  }
  if (name === "server") {
    copyServedFiles(join(next, "client"));
    writeFileSync(join(next, "third-party-licenses.txt"), licencesOf(BUNDLED));
  }
  putInPlace(folder);
  writeFileSync(join(STAMPS, name), hash);
  return { name, built: true };
}

/**
 * Builds what is not up to date.
 * @param {{ force?: boolean }} [options]
 * @returns {Promise<{ name: string, built: boolean }[]>}
 * @throws {Error} with the bundler's output when a package does not build
 */
export async function build({ force = false } = {}) {
  return withLock("build", async () => {
    mkdirSync(STAMPS, { recursive: true });
    const results = [];
    for (const row of ROWS) {
      // All of a row come to their end before the first failure is told: no build is left running behind.
      const outcomes = await Promise.allSettled(row.map((entry) => buildPackage(entry, force)));
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") throw outcome.reason;
        results.push(outcome.value);
      }
    }
    fillAliases();
    return results;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const started = performance.now();
  try {
    const results = await build({ force: process.argv.includes("--force") });
    const names = results.filter((result) => result.built).map((result) => result.name);
    const what = names.length === 0 ? "everything is up to date" : names.join(", ");
    console.log(`build: ${what} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
