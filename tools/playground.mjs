// Builds the playground's page when its sources or the client in it have changed.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { ROOT, runCommand } from "./run-command.mjs";

const FOLDER = join(ROOT, "private", "examples", "playground");
const STAMP = join(ROOT, ".cache", "build", "playground");
const GENERATED = new Set(["node_modules", "dist"]);

/** The program that serves the page. */
export const PLAYGROUND_SERVER = join(FOLDER, "server.mjs");

function inputHash() {
  const hash = createHash("sha256");
  const files = readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => !GENERATED.has(entry.name))
    .flatMap((entry) => {
      const path = join(FOLDER, entry.name);
      if (!entry.isDirectory()) return [path];
      const inside = readdirSync(path, { recursive: true, withFileTypes: true });
      return inside.filter((child) => child.isFile()).map((child) => join(child.parentPath, child.name));
    });
  for (const file of files.sort())
    hash.update(file.slice(ROOT.length)).update("\0").update(readFileSync(file)).update("\0");
  return hash.update(readFileSync(join(ROOT, ".cache", "build", "client"))).digest("hex");
}

/**
 * Builds the page if needed; the packages must have been built.
 * @returns {Promise<boolean>} whether there was something to build
 * @throws {Error} with the bundler's output when it does not build
 */
export async function buildPlayground() {
  return withLock("playground", async () => {
    const hash = inputHash();
    if (existsSync(join(FOLDER, "dist")) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === hash) return false;
    const npm = await runCommand("npm", ["run", "build", "-w", "@bowline/playground"]);
    if (npm.code !== 0) throw new Error(`Cannot build the playground:\n${npm.output.trim()}`);
    mkdirSync(join(ROOT, ".cache", "build"), { recursive: true });
    writeFileSync(STAMP, hash);
    return true;
  });
}
