// The packages of this repository: those of the core, and those that carry upstream's names.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./run-command.mjs";

/** The packages right below a folder of the repository; none when there is no such folder. */
function packagesIn(folder) {
  const parent = join(ROOT, folder);
  const folders = existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
  return folders.filter((path) => existsSync(join(path, "package.json")));
}

/** The folders of the core packages. */
export function corePackages() {
  return packagesIn("packages");
}

/** The folders of the packages that carry upstream's names. */
export function aliasPackages() {
  return [...packagesIn("aliases/v4"), ...packagesIn("aliases/v2")];
}
