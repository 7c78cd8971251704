// Published versions with known holes, which the tests of the step `security` play against, to show that they can fail: npm
// packages, installed on demand into .cache, each in a folder of its own, and started on loopback by the tests alone. Exact
// versions stand here, of the packages with the hole, too.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT, runCommand } from "./run-command.mjs";

const INSTALL_MS = 5 * 60_000;
const FOLDER = join(ROOT, ".cache", "security");

/** The server, and what has the hole where that is below it. */
const HOLED = {
  "socket.io 2.3": { "socket.io": "2.3.0", "engine.io": "3.4.2", "socket.io-parser": "3.4.0" },
  "socket.io 4.6.1": { "socket.io": "4.6.1", "engine.io": "6.4.1", "socket.io-parser": "4.2.2" },
  "parser 4.2.0": { "socket.io": "4.5.1", "engine.io": "6.2.1", "socket.io-parser": "4.2.0" },
  "parser 4.2.5": { "socket.io": "4.8.1", "engine.io": "6.6.4", "socket.io-parser": "4.2.5" },
  "parser 4.2.6": { "socket.io": "4.8.3", "engine.io": "6.6.6", "socket.io-parser": "4.2.6" },
  "engine.io 6.1.0": { "socket.io": "4.4.0", "engine.io": "6.1.0", "socket.io-parser": "4.0.5" },
  "ws 7.4.5": { "socket.io": "4.0.2", "engine.io": "5.0.0", ws: "7.4.5" },
  "ws 8.17.0": { "socket.io": "4.7.4", "engine.io": "6.5.4", ws: "8.17.0" },
};

const folderOf = (name) => join(FOLDER, name.replaceAll(" ", "-"));

/** The file that is the server of one of them. */
export const holedServer = (name) => createRequire(join(folderOf(name), "package.json")).resolve("socket.io");

/** Shows that every server is there, with the versions that are asked for. */
const SHOW = `
  const { readFileSync } = require("node:fs");
  for (const [folder, versions] of ${JSON.stringify(Object.entries(HOLED).map(([name, versions]) => [folderOf(name), versions]))}) {
    for (const [name, version] of Object.entries(versions)) {
      const found = JSON.parse(readFileSync(folder + "/node_modules/" + name + "/package.json", "utf8")).version;
      if (found !== version) throw new Error(folder + ": " + name + " is " + found + " and not " + version);
    }
  }
`;

/**
 * The part of the set-up.
 * @type {Readonly<Record<string, { variable: string, program: string, probe: readonly string[], packages: readonly string[], install: () => Promise<string | undefined> }>>}
 */
export const SECURITY_PARTS = {
  holed: {
    variable: "BOWLINE_HOLED_SERVERS_ARE_MISSING",
    program: process.execPath,
    probe: ["-e", SHOW],
    packages: Object.keys(HOLED),
    install: installServers,
  },
};

async function installServers() {
  for (const [name, versions] of Object.entries(HOLED)) {
    const folder = folderOf(name);
    const manifest = `${JSON.stringify({ private: true, dependencies: versions, overrides: Object.fromEntries(Object.keys(versions).map((part) => [part, `$${part}`])) }, null, 2)}\n`;
    const file = join(folder, "package.json");
    if (existsSync(join(folder, "node_modules")) && readFileSync(file, "utf8") === manifest) continue;
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, manifest);
    const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts"];
    const npm = await runCommand("npm", args, { cwd: folder, timeoutMs: INSTALL_MS });
    if (npm.code !== 0) return `npm did not install ${name}: ${npm.output.trim().split("\n").at(-1)}`;
  }
  return undefined;
}
