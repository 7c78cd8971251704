// Makes a fresh clone ready: npm's dependencies, and what the tests need beyond npm (Debian's chromium).
// `npm start` and `npm test` call it by themselves; `node tools/setup.mjs` does everything by hand.
// On CI (CI=true) a part that is missing and cannot be installed is a failure; elsewhere it is a skip that says why.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { withLock } from "./lock.mjs";
import { ROOT, runCommand } from "./run-command.mjs";

const MINUTE_MS = 60_000;
const MODULES = join(ROOT, "node_modules");
const LOCK_FILE = join(ROOT, "package-lock.json");
const STAMP = join(MODULES, ".bowline-setup");
const CHROMIUM = process.env.BOWLINE_CHROMIUM ?? "/usr/bin/chromium";

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

/** @returns {Promise<string | undefined>} why there is no browser, or nothing when there is one */
async function installChromium() {
  if (existsSync(CHROMIUM)) return undefined;
  if (process.env.BOWLINE_CHROMIUM !== undefined) return `BOWLINE_CHROMIUM names "${CHROMIUM}", which does not exist`;
  const prefix = await aptPrefix();
  if (prefix === undefined) {
    return `${CHROMIUM} is missing and apt-get cannot be used here; install Debian's chromium or set BOWLINE_CHROMIUM`;
  }
  console.log("set-up: apt-get install chromium");
  const steps = [["update"], ["install", "-y", "--no-install-recommends", "chromium"]];
  for (const step of steps) {
    const [program, ...args] = [...prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", ...step];
    const apt = await runCommand(program, args, { timeoutMs: 10 * MINUTE_MS });
    if (apt.code !== 0)
      return `"apt-get ${step.join(" ")}" ended with ${apt.code}: ${apt.output.trim().split("\n").at(-1)}`;
  }
  const version = await runCommand(CHROMIUM, ["--version"], { timeoutMs: MINUTE_MS });
  return version.code === 0 ? undefined : `${CHROMIUM} was installed but does not run: ${version.output.trim()}`;
}

/**
 * Makes the checkout ready.
 * @param {{ browser: boolean }} need `browser`: also look for the browser that some tests drive
 * @returns {Promise<{ name: string, reason: string }[]>} parts that are missing; on CI each of them is a failure
 * @throws {Error} when npm's dependencies cannot be installed
 */
export async function setUp({ browser }) {
  return withLock("setup", async () => {
    await installDependencies();
    const reason = browser ? await installChromium() : undefined;
    return reason === undefined ? [] : [{ name: "chromium", reason }];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const missing = await setUp({ browser: true });
  for (const { name, reason } of missing) console.log(`set-up: ${name} is missing: ${reason}`);
  if (missing.length > 0 && process.env.CI === "true") process.exitCode = 1;
  else console.log("set-up: done");
}
