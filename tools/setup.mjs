// Makes a fresh clone ready: npm's dependencies, and what the tests need beyond it (Debian's browsers,
// proxies and python-socketio, other runtimes).
// `npm start` and `npm test` call it by themselves; `node tools/setup.mjs` does everything by hand.
// On CI (CI=true) a part that is missing and cannot be installed is a failure; elsewhere it is a skip that says why.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ADAPTER_PARTS } from "./adapter-packages.mjs";
import { BENCH_PARTS } from "./bench-packages.mjs";
import { withLock } from "./lock.mjs";
import { ROOT, runCommand } from "./run-command.mjs";
import { RUNTIME_PARTS } from "./runtimes.mjs";
import { SECURITY_PARTS } from "./security-packages.mjs";

const MINUTE_MS = 60_000;
const MODULES = join(ROOT, "node_modules");
const LOCK_FILE = join(ROOT, "package-lock.json");
const STAMP = join(MODULES, ".bowline-setup");

/**
 * What some tests need beyond the npm dependencies: a program, the environment variable that names another one, the
 * arguments with which it shows that it works, and the Debian packages that bring it; where these are none of Debian's,
 * `install` brings them.
 * @type {Readonly<Record<string, { variable: string, program: string, probe: readonly string[], packages: readonly string[], install?: () => Promise<string | undefined> }>>}
 */
const PARTS = {
  ...RUNTIME_PARTS,
  ...ADAPTER_PARTS,
  ...SECURITY_PARTS,
  chromium: {
    variable: "BOWLINE_CHROMIUM",
    program: process.env.BOWLINE_CHROMIUM ?? "/usr/bin/chromium",
    probe: ["--version"],
    packages: ["chromium"],
  },
  firefox: {
    variable: "BOWLINE_FIREFOX",
    program: process.env.BOWLINE_FIREFOX ?? "/usr/bin/firefox-esr",
    probe: ["--version"],
    packages: ["firefox-esr"],
  },
  webkit: {
    variable: "BOWLINE_WEBKIT_DRIVER",
    program: process.env.BOWLINE_WEBKIT_DRIVER ?? "/usr/bin/WebKitWebDriver",
    probe: ["--help"],
    packages: ["webkit2gtk-driver"],
  },
  // The screen for WebKit's browser, which has no headless mode.
  xvfb: {
    variable: "BOWLINE_XVFB",
    program: process.env.BOWLINE_XVFB ?? "/usr/bin/Xvfb",
    probe: ["-help"],
    packages: ["xvfb"],
  },
  // Debian's own interpreter by its full path: another one earlier in PATH does not see Debian's modules.
  "python-socketio": {
    variable: "BOWLINE_PYTHON",
    program: process.env.BOWLINE_PYTHON ?? "/usr/bin/python3",
    probe: ["-c", "import socketio, aiohttp"],
    packages: ["python3-socketio", "python3-aiohttp"],
  },
  nginx: {
    variable: "BOWLINE_NGINX",
    program: process.env.BOWLINE_NGINX ?? "/usr/sbin/nginx",
    probe: ["-v"],
    packages: ["nginx"],
  },
  haproxy: {
    variable: "BOWLINE_HAPROXY",
    program: process.env.BOWLINE_HAPROXY ?? "/usr/sbin/haproxy",
    probe: ["-v"],
    packages: ["haproxy"],
  },
};

/** With what only the bench asks for, when it runs whole. */
const ALL_PARTS = { ...PARTS, ...BENCH_PARTS };

const lockHash = () => createHash("sha256").update(readFileSync(LOCK_FILE)).digest("hex");

/** Whether node_modules fits package-lock.json: by the hash noted at the last installation, else by age. */
function dependenciesAreCurrent() {
  if (!existsSync(MODULES)) return false;
  if (existsSync(STAMP)) return readFileSync(STAMP, "utf8") === lockHash();
  const installed = join(MODULES, ".package-lock.json");
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(LOCK_FILE).mtimeMs;
}

async function installDependencies() {
  const [major = 0] = process.versions.node.split(".").map(Number);
  if (major < 20) throw new Error(`Cannot use Node ${process.versions.node}: Bowline needs Node 20 or later`);
  if (!dependenciesAreCurrent()) {
    console.log("set-up: npm install");
    // Not `npm ci`: it refuses a lock file whose packages for foreign platforms the registry does not carry.
    const npm = await runCommand("npm", ["install", "--no-audit", "--no-fund"], { timeoutMs: 10 * MINUTE_MS });
    if (npm.code !== 0)
      throw new Error(`Cannot install the npm dependencies: npm ended with ${npm.code}\n${npm.output}`);
  }
  if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== lockHash()) writeFileSync(STAMP, lockHash());
}

/** How this user may call apt-get: `[]` as root, `["sudo", "-n"]` where that works without a password, else nothing. */
async function aptPrefix() {
  if ((await runCommand("apt-get", ["--version"], { timeoutMs: MINUTE_MS })).code !== 0) return undefined;
  if (process.getuid?.() === 0) return [];
  const sudo = await runCommand("sudo", ["-n", "true"], { timeoutMs: MINUTE_MS });
  return sudo.code === 0 ? ["sudo", "-n"] : undefined;
}

/** What is wrong with a part, or nothing when it is there and works. */
async function faultOf({ program, probe }) {
  if (!existsSync(program)) return `${program} is missing`;
  const run = await runCommand(program, probe, { timeoutMs: MINUTE_MS });
  return run.code === 0 ? undefined : `${program} does not do: ${run.output.trim().split("\n").at(-1)}`;
}

/** Runs apt-get; answers why that failed, or nothing. */
async function aptGet(prefix, step) {
  const [program, ...args] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...step];
  const apt = await runCommand(program, args, { timeoutMs: 10 * MINUTE_MS });
  if (apt.code === 0) return undefined;
  return `"apt-get ${step.join(" ")}" ended with ${apt.code}: ${apt.output.trim().split("\n").at(-1)}`;
}

/**
 * Looks for parts and installs those that are missing.
 * @param {readonly string[]} names of `ALL_PARTS`
 * @returns {Promise<{ name: string, reason: string }[]>} those that are missing after all
 */
async function installParts(names) {
  const missing = [];
  let prefix;
  let updateFault = "not updated yet";
  for (const name of names) {
    const { variable, packages, install, ...part } = ALL_PARTS[name];
    const fault = await faultOf(part);
    if (fault === undefined) continue;
    if (process.env[variable] !== undefined) {
      missing.push({ name, reason: `${variable} is set, but ${fault}` });
      continue;
    }
    if (install !== undefined) {
      console.log(`set-up: npm install ${packages.join(" ")}`);
      const reason = (await install()) ?? (await faultOf(part));
      if (reason !== undefined) missing.push({ name, reason });
      continue;
    }
    prefix ??= await aptPrefix();
    if (prefix === undefined) {
      const advice = `install Debian's ${packages.join(" and ")} or set ${variable}`;
      missing.push({ name, reason: `${fault} and apt-get cannot be used here; ${advice}` });
      continue;
    }
    console.log(`set-up: apt-get install ${packages.join(" ")}`);
    if (updateFault !== undefined) updateFault = await aptGet(prefix, ["update"]);
    const step = ["install", "-y", "--no-install-recommends", ...packages];
    const reason = updateFault ?? (await aptGet(prefix, step)) ?? (await faultOf(part));
    if (reason !== undefined) missing.push({ name, reason });
  }
  return missing;
}

/**
 * Makes the checkout ready.
 * @param {readonly string[]} [needs] the parts beyond npm that some tests use; by default none
 * @returns {Promise<{ name: string, reason: string }[]>} parts that are missing; on CI each of them is a failure
 * @throws {Error} when npm's dependencies cannot be installed
 */
export async function setUp(needs = []) {
  return withLock("setup", async () => {
    await installDependencies();
    return installParts(needs);
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const missing = await setUp(Object.keys(PARTS));
  for (const { name, reason } of missing) console.log(`set-up: ${name} is missing: ${reason}`);
  if (missing.length > 0 && process.env.CI === "true") process.exitCode = 1;
  else console.log("set-up: done");
}
