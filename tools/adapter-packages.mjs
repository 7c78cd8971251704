// What the tests of third parties' adapters need: npm packages that are installed on demand into .cache, so that no
// contributor loads them for `npm start`, and the brokers of this machine, which nobody installs. Exact versions stand here.
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT, runCommand } from "./run-command.mjs";

const INSTALL_MS = 5 * 60_000;
const FOLDER = join(ROOT, ".cache", "downstream", "adapters");

const PACKAGES = {
  "@socket.io/cluster-adapter": "0.3.0",
  "@socket.io/postgres-adapter": "0.5.0",
  "@socket.io/redis-adapter": "8.3.0",
  "@socket.io/redis-emitter": "5.1.0",
  "@socket.io/redis-streams-adapter": "0.3.1",
  ioredis: "5.4.1",
  redis: "4.7.0",
  "socket.io-adapter": "2.5.8",
  "socket.io-redis": "5.4.0",
};

const NAMES = Object.keys(PACKAGES);

/** Shows that every package is there, in the version that is asked for. */
const SHOW_PACKAGES = `
  const { readFileSync } = require("node:fs");
  for (const [name, version] of Object.entries(${JSON.stringify(PACKAGES)})) {
    const found = JSON.parse(readFileSync("${FOLDER}/node_modules/" + name + "/package.json", "utf8")).version;
    if (found !== version) throw new Error(name + " is " + found + " and not " + version);
  }
`;

/** Shows that somebody listens. */
const showPort = (port) => `
  const socket = require("node:net").connect(${port}, "127.0.0.1", () => process.exit());
  socket.on("error", () => process.exit(1));
`;

/** A broker that has to run already. */
function broker(name, variable, usualPort) {
  const port = process.env[variable] ?? usualPort;
  return {
    // Which port it is says nothing of whether somebody listens there.
    variable: `${variable}_IS_MISSING`,
    program: process.execPath,
    probe: ["-e", showPort(port)],
    packages: [name],
    install: async () => `nobody listens at 127.0.0.1:${port}; start ${name}, or set ${variable}`,
  };
}

/**
 * The adapters and their brokers as parts of the set-up, by their names.
 * @type {Readonly<Record<string, { variable: string, program: string, probe: readonly string[], packages: readonly string[], install: () => Promise<string | undefined> }>>}
 */
export const ADAPTER_PARTS = {
  adapters: {
    variable: "BOWLINE_ADAPTERS_ARE_MISSING",
    program: process.execPath,
    probe: ["-e", SHOW_PACKAGES],
    packages: NAMES.map((name) => `${name}@${PACKAGES[name]}`),
    install: installPackages,
  },
  redis: broker("Redis", "BOWLINE_REDIS_PORT", 6379),
  postgres: broker("PostgreSQL", "BOWLINE_POSTGRES_PORT", 5432),
  nats: broker("NATS", "BOWLINE_NATS_PORT", 4222),
};

/** What one of the packages exports; they have to be installed. */
export const requireAdapterPackage = (name) => createRequire(join(FOLDER, "package.json"))(name);

/** Installs the packages; answers why that failed, or nothing. */
async function installPackages() {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(
    join(FOLDER, "package.json"),
    `${JSON.stringify({ private: true, dependencies: PACKAGES }, null, 2)}\n`,
  );
  const npm = await runCommand("npm", ["install", "--no-audit", "--no-fund"], { cwd: FOLDER, timeoutMs: INSTALL_MS });
  return npm.code === 0 ? undefined : `npm did not install them: ${npm.output.trim().split("\n").at(-1)}`;
}
