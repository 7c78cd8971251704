// What the bench compares with beyond npm's dependencies of this repository: uWebSockets, which is large and runs on few
// versions of Node, and Bun's engine of Socket.IO. Installed on demand into .cache; exact versions stand here.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runCommand } from "./run-command.mjs";

const INSTALL_MS = 5 * 60_000;

/** @type {Readonly<Record<string, { name: string, version: string }>>} */
const PACKAGES = {
  "bench-uws": { name: "uwebsockets", version: "3.0.6" },
  "bench-bun-engine": { name: "@socket.io/bun-engine", version: "0.1.2" },
};

const { Bun } = JSON.parse(readFileSync(new URL("runtimes.json", import.meta.url), "utf8"));

/** The versions of what is compared with, by their names. */
export const BENCH_VERSIONS = {
  ...Object.fromEntries(Object.values(PACKAGES).map(({ name, version }) => [name, version])),
  Bun: Bun.version,
};

/** The folder that a part is installed in. */
export const benchFolder = (part) => join(ROOT, ".cache", "bench", part);

/** Shows that the package is there, in the version that is asked for. */
const showPackage = (folder, { name, version }) => `
  const { readFileSync } = require("node:fs");
  const found = JSON.parse(readFileSync(${JSON.stringify(join(folder, "node_modules", name, "package.json"))}, "utf8")).version;
  if (found !== "${version}") throw new Error("${name} is " + found + " and not ${version}");
`;

/**
 * The packages as parts of the set-up, by their part's name.
 * @type {Readonly<Record<string, { variable: string, program: string, probe: readonly string[], packages: readonly string[], install: () => Promise<string | undefined> }>>}
 */
export const BENCH_PARTS = Object.fromEntries(
  Object.entries(PACKAGES).map(([part, wanted]) => {
    const folder = benchFolder(part);
    const spec = `${wanted.name}@${wanted.version}`;
    return [
      part,
      {
        variable: `${part.toUpperCase().replaceAll("-", "_")}_IS_MISSING`,
        program: process.execPath,
        probe: ["-e", showPackage(folder, wanted)],
        packages: [spec],
        install: () => installPackage(folder, spec),
      },
    ];
  }),
);

/** Installs a package; answers why that failed, or nothing. */
async function installPackage(folder, spec) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const args = ["install", "--no-audit", "--no-fund", "--no-save", "--prefix", folder, spec];
  const npm = await runCommand("npm", args, { cwd: folder, timeoutMs: INSTALL_MS });
  return npm.code === 0 ? undefined : `npm did not install ${spec}: ${npm.output.trim().split("\n").at(-1)}`;
}
