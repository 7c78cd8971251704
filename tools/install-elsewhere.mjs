// Puts packages of this repository into an empty project, as a program elsewhere would have them: packed by npm, installed
// from the tarballs, under the names that the program uses. No registry is asked: what the packages depend on is packed
// from the copies that are here.
// Usage: node tools/install-elsewhere.mjs DIR v2|v4    (the alias packages of a generation, under upstream's names)
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, runCommand } from "./run-command.mjs";
import { aliasPackages, corePackages } from "./workspace-packages.mjs";

/** The manifest of the package in a folder. */
export const readManifest = (folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

/** The folder of an installed package, as one that depends on it finds it; not every package lets its manifest be required. */
function folderOf(name, dependent) {
  const paths = createRequire(join(dependent, "package.json")).resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      readManifest(join(path, name));
      return join(path, name);
    } catch {
      // not here: the next folder upwards
    }
  }
  throw new Error(`Cannot find "${name}", which "${dependent}" depends on: it is not installed`);
}

/** The folders of all that packages depend on, at any depth, without those that are given. */
function dependenciesOf(folders) {
  const found = new Map(folders.map((folder) => [readManifest(folder).name, undefined]));
  const left = [...folders];
  for (let folder = left.pop(); folder !== undefined; folder = left.pop()) {
    for (const name of Object.keys(readManifest(folder).dependencies ?? {})) {
      if (found.has(name)) continue;
      const dependency = folderOf(name, folder);
      found.set(name, dependency);
      left.push(dependency);
    }
  }
  return [...found.values()].filter((folder) => folder !== undefined);
}

/** The folders of a package and of all that it depends on, as a file in a folder would find it. */
export function packageFolders(name, from) {
  const folder = folderOf(name, from);
  return [folder, ...dependenciesOf([folder])];
}

/**
 * Packs packages.
 * @param {readonly string[]} folders of the packages
 * @param {string} target the folder for the tarballs
 * @returns {Promise<string[]>} the names of the tarballs, in the order of the folders
 */
export async function pack(folders, target) {
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", target, ...folders];
  const npm = await runCommand("npm", args);
  if (npm.code !== 0) throw new Error(`Cannot pack "${folders.join('", "')}":\n${npm.output}`);
  return JSON.parse(npm.stdout).map(({ filename }) => filename);
}

/**
 * Packs packages and installs them into a project.
 * @param {string} project an empty folder
 * @param {readonly string[]} folders of packages that are installed under their own names
 * @param {Readonly<Record<string, string>>} [aliases] name in the project to folder of the package
 */
export async function installElsewhere(project, folders, aliases = {}) {
  const all = [...folders, ...Object.values(aliases)];
  const named = [
    ...[...folders, ...dependenciesOf(all)].map((folder) => [readManifest(folder).name, folder]),
    ...Object.entries(aliases),
  ];
  const tarballs = await pack(
    named.map(([, folder]) => folder),
    project,
  );
  const dependencies = Object.fromEntries(named.map(([name], index) => [name, `file:./${tarballs[index]}`]));
  const manifest = { name: "elsewhere", private: true, type: "module", dependencies };
  writeFileSync(join(project, "package.json"), JSON.stringify(manifest));
  const args = ["install", "--offline", "--no-audit", "--no-fund", "--ignore-scripts"];
  const npm = await runCommand("npm", args, { cwd: project });
  if (npm.code !== 0) throw new Error(`Cannot install the tarballs:\n${npm.output}`);
  mkdirSync(join(project, "node_modules", "@types"), { recursive: true });
  for (const types of ["node", "ws"]) {
    symlinkSync(join(ROOT, "node_modules/@types", types), join(project, "node_modules/@types", types));
  }
}

/** Names in a scope of upstream's; all others have none. */
const SCOPED = { "v4/component-emitter": "@socket.io/component-emitter" };

/**
 * The alias packages of a generation by the names that programs know: without our scope and without a suffix.
 * @param {string} generation `"v2"` or `"v4"`
 * @returns {Record<string, string>} upstream's name to the folder of our package
 */
export function upstreamNames(generation) {
  const folders = aliasPackages().filter((folder) => folder.includes(join("aliases", generation)));
  const nameOf = (folder) =>
    readManifest(folder)
      .name.replace(/^@bowline\//, "")
      .replace(/-v2$/, "");
  return Object.fromEntries(
    folders.map((folder) => [SCOPED[`${generation}/${basename(folder)}`] ?? nameOf(folder), folder]),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , project, generation] = process.argv;
  const aliases = upstreamNames(generation);
  if (project === undefined || Object.keys(aliases).length === 0) {
    throw new TypeError("Cannot install: say into which folder, and whether v2 or v4");
  }
  await installElsewhere(project, corePackages(), aliases);
  console.log(`install-elsewhere: ${Object.keys(aliases).join(", ")}`);
}
