// One build or installation at a time in one checkout: a folder is the lock, a file in it names the process that holds it.
// A lock whose process is gone is taken over, so that an interrupted run blocks nobody.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ROOT } from "./run-command.mjs";

const RETRY_MS = 100;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function tryTake(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    return false;
  }
  writeFileSync(join(folder, "pid"), String(process.pid));
  return true;
}

/**
 * Runs a piece of work while no other process does the same in this checkout.
 * @template T
 * @param {string} name what is locked, for example `"build"`
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  const parent = join(ROOT, ".cache");
  mkdirSync(parent, { recursive: true });
  const folder = join(parent, `${name}.lock`);
  let emptyLooks = 0;
  while (!tryTake(folder)) {
    let holder = Number.NaN;
    try {
      holder = Number(readFileSync(join(folder, "pid"), "utf8"));
    } catch {
      // taken this very moment, or released
    }
    // A folder that stays without a pid was left by a process that died between its two steps.
    emptyLooks = Number.isInteger(holder) && holder > 0 ? 0 : emptyLooks + 1;
    if (emptyLooks > 20 || (emptyLooks === 0 && !isAlive(holder))) rmSync(folder, { recursive: true, force: true });
    else await delay(RETRY_MS);
  }
  try {
    return await work();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
