// Real programs on our packages: each private/downstream/NAME/program is a program written for upstream's packages. It is
// copied into .cache/downstream and installed there by npm, with our packages, packed as they would be published, in the
// place of upstream's wherever anybody asks for those (npm's `overrides`). The tests beside the program then play it. For the whole matrix each program is installed a second time with the official packages, which
// shows that its tests tell the truth.
// An installation is kept as long as neither the program's manifest nor our packages change. A program that cannot be
// installed is a skip that says why, on CI a failure.
// Usage: node tools/downstream.mjs [--full] [NAME...]    (default: all programs)
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { oneCheck } from "./gate-result.mjs";
import { pack, readManifest, upstreamNames } from "./install-elsewhere.mjs";
import { withLock } from "./lock.mjs";
import { ROOT, runCommand } from "./run-command.mjs";
import { MINUTE_MS, vitest } from "./run-vitest.mjs";
import { corePackages } from "./workspace-packages.mjs";

const PROGRAMS = join(ROOT, "private", "downstream");
const CACHE = join(ROOT, ".cache", "downstream");
const TARBALLS = join(CACHE, "tarballs");

/** The programs that the gate plays; the whole matrix has all of them. */
const IN_THE_GATE = ["karma", "nest"];

/** The folder of a program as it was written. */
const sourceOf = (name) => join(PROGRAMS, name, "program");

const hashOf = (...parts) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("hex");
};

/** The names of all programs. */
function programs() {
  return readdirSync(PROGRAMS).filter((name) => existsSync(join(sourceOf(name), "package.json")));
}

/** The paths of a program's own files. */
function filesOf(name) {
  return readdirSync(sourceOf(name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== "package.json")
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** Our packages by the names under which programs ask for them, and the versions of those that each stands for. */
function ownPackages() {
  const [modern, legacy] = [upstreamNames("v4"), upstreamNames("v2")];
  const majorOf = (folder) => Number.parseInt(readManifest(folder).version, 10);
  const older = Object.entries(legacy).map(([name, folder]) => ({ name, folder, below: majorOf(folder) + 1 }));
  const newer = Object.entries(modern).map(([name, folder]) => {
    const before = legacy[name];
    return { name, folder, from: before === undefined ? 0 : majorOf(before) + 1 };
  });
  const core = corePackages().map((folder) => ({ name: readManifest(folder).name, folder, from: 0 }));
  return [...newer, ...core, ...older];
}

/** The name of an override: for which versions asked for it counts. */
function overrideKey({ name, from, below }) {
  if (below !== undefined) return `${name}@<${below}`;
  return from > 0 ? `${name}@>=${from}` : name;
}

/**
 * Packs our packages.
 * @returns {Promise<{ overrides: Record<string, string>, find: (name: string, version: string) => string | undefined, hash: string }>}
 *   what a manifest says to get them in the place of anybody's dependencies, and in the place of one of its own
 */
async function packOwn() {
  rmSync(TARBALLS, { recursive: true, force: true });
  mkdirSync(TARBALLS, { recursive: true });
  const packages = ownPackages();
  const tarballs = await pack(
    packages.map(({ folder }) => folder),
    TARBALLS,
  );
  const specs = tarballs.map((tarball) => `file:../tarballs/${tarball}`);
  return {
    overrides: Object.fromEntries(packages.map((entry, index) => [overrideKey(entry), specs[index]])),
    find(name, version) {
      const major = Number.parseInt(/\d+/.exec(version)?.[0] ?? "0", 10);
      return specs[
        packages.findIndex((entry) => entry.name === name && major >= (entry.from ?? 0) && !(major >= entry.below))
      ];
    },
    hash: hashOf(...tarballs.map((tarball) => readFileSync(join(TARBALLS, tarball)))),
  };
}

/** A program's manifest with our packages in the place of upstream's. */
function withOurs(manifest, own) {
  const replaced = (dependencies = {}) =>
    Object.fromEntries(Object.entries(dependencies).map(([name, spec]) => [name, own.find(name, spec) ?? spec]));
  const dependencies = replaced(manifest.dependencies);
  const devDependencies = replaced(manifest.devDependencies);
  // npm takes no override that says otherwise than the program's own dependency does; for those of a package's other
  // generation it makes no difference between a tarball of ours and a version.
  const said = ([key, spec]) => {
    const name = key.replace(/(?<=.)@.*$/, "");
    const direct = dependencies[name] ?? devDependencies[name];
    return direct === undefined || direct === spec;
  };
  const overrides = Object.fromEntries(Object.entries(own.overrides).filter(said));
  return { ...manifest, dependencies, devDependencies, overrides: { ...manifest.overrides, ...overrides } };
}

/** The official packages that npm put in although ours should stand there. */
function officialAmong(folder, own) {
  const { packages } = JSON.parse(readFileSync(join(folder, "node_modules", ".package-lock.json"), "utf8"));
  return Object.entries(packages).flatMap(([path, { resolved = "", version }]) => {
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    return own.find(name, version) === undefined || resolved.startsWith("file:") ? [] : [`${path} ${version}`];
  });
}

/** Runs npm in a folder; answers why that failed, or nothing. */
async function npm(folder, ...args) {
  const run = await runCommand("npm", args, { cwd: folder, timeoutMs: 10 * MINUTE_MS });
  if (run.code === 0) return undefined;
  return `"npm ${args[0]}" ended with ${run.code}: ${run.output.trim().split("\n").slice(-12).join("\n")}`;
}

/** Installs a program's dependencies unless they are there already; answers why that failed, or nothing. */
async function installDependencies(folder, manifest, own) {
  const stamp = `${folder}.installed`;
  const key = hashOf(JSON.stringify(manifest), own?.hash ?? "official");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return undefined;
  rmSync(stamp, { force: true });
  rmSync(`${folder}.built`, { force: true });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest, undefined, 2));
  const fault = await npm(folder, "install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts");
  if (fault !== undefined) return fault;
  const official = own === undefined ? [] : officialAmong(folder, own);
  if (official.length > 0) return `npm put official packages in: ${official.join(", ")}`;
  writeFileSync(stamp, key);
  return undefined;
}

/** Copies a program's own files, and builds it where it has to be built; answers why that failed, or nothing. */
async function putProgram(name, folder, manifest) {
  const files = filesOf(name);
  const stamp = `${folder}.built`;
  const key = hashOf(readFileSync(`${folder}.installed`), ...files.map((file) => readFileSync(file)));
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key) return undefined;
  for (const file of files) cpSync(file, join(folder, relative(sourceOf(name), file)));
  const fault = manifest.scripts?.build === undefined ? undefined : await npm(folder, "run", "build");
  if (fault === undefined) writeFileSync(stamp, key);
  return fault;
}

/** Installs a program with our packages, or with the official ones. */
async function install(name, own) {
  const folder = join(CACHE, own === undefined ? `${name}-official` : name);
  const written = readManifest(sourceOf(name));
  const manifest = own === undefined ? written : withOurs(written, own);
  const missing = (await installDependencies(folder, manifest, own)) ?? (await putProgram(name, folder, manifest));
  return missing === undefined ? { folder } : { folder, missing };
}

/**
 * Installs programs, and notes for their tests where each is, or why it is missing.
 * @param {readonly string[]} names
 * @param {boolean} official whether to install each with the official packages, too
 */
function prepare(names, official) {
  return withLock("downstream", async () => {
    const own = await packOwn();
    const list = join(CACHE, "installations.json");
    const installations = existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : {};
    for (const name of names) {
      installations[name] = {
        ours: await install(name, own),
        ...(official ? { official: await install(name, undefined) } : {}),
      };
    }
    writeFileSync(list, JSON.stringify(installations, undefined, 2));
  });
}

/**
 * Plays programs.
 * @param {{ full: boolean, names?: readonly string[] }} context which ones; by default all in the whole matrix, else a few
 * @returns {Promise<import("./gate-result.mjs").StepResult>}
 */
export async function downstream({ full, names = full ? programs() : IN_THE_GATE }) {
  const unknown = names.find((name) => !programs().includes(name));
  if (unknown !== undefined) {
    return oneCheck(false, `Cannot play "${unknown}": the programs are ${programs().join(", ")}`);
  }
  await prepare(names, full);
  const filters = names.map((name) => `private/downstream/${name}/`);
  return vitest("downstream", { full }, { filters, workers: 1, timeoutMs: (full ? 30 : 10) * MINUTE_MS });
}

async function main() {
  const { values, positionals } = parseArgs({ options: { full: { type: "boolean" } }, allowPositionals: true });
  const { build } = await import("./build.mjs");
  await build();
  const names = positionals.length > 0 ? positionals : programs();
  const { passed, failed, skipped, note, output } = await downstream({ full: values.full === true, names });
  if (output) console.log(output);
  if (note) console.log(note);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error.message);
    console.log("0 passed, 1 failed, 0 skipped");
    process.exitCode = 1;
  }
}
