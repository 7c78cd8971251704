// Type-checks everything with TypeScript 7: the tests and configuration files (the root project), each package, the
// declarations of the aliases, and the examples. All of them read the packages from source, so no build is needed.
// Usage: node tools/check-types.mjs
import { existsSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { BIN, ROOT, runCommand } from "./run-command.mjs";

/** The root project (tests, testkit, configuration), then the own ones of each package and example. */
function projects() {
  const parents = ["packages", "private/examples"]
    .map((parent) => join(ROOT, parent))
    .filter((path) => existsSync(path));
  const aliases = join(ROOT, "aliases");
  const folders = parents.flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)));
  if (existsSync(aliases)) folders.push(aliases);
  const own = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => /^tsconfig(?:\.[a-z]+)?\.json$/.test(file))
      .map((file) => join(folder, file)),
  );
  return [join(ROOT, "tsconfig.json"), ...own];
}

/**
 * Checks one project.
 * @param {string} project the path of its tsconfig
 * @returns {Promise<{ name: string, ok: boolean, output: string }>}
 */
async function checkTypesOf(project) {
  const name = relative(ROOT, project);
  const tsc = await runCommand("node", [BIN.tsc, "-p", project, "--pretty", "false"]);
  return { name, ok: tsc.code === 0, output: tsc.output.trim() };
}

/** @returns {Promise<{ name: string, ok: boolean, output: string }[]>} */
export async function checkTypes() {
  const results = [];
  for (const project of projects()) results.push(await checkTypesOf(project));
  return results;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { name, ok, output } of await checkTypes()) {
    console.log(ok ? `${name}: fine` : `${name}:\n${output}`);
    if (!ok) process.exitCode = 1;
  }
}
