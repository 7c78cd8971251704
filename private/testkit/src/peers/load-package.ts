// Loads the packages the peers are made of: the official ones under their aliases, ours from what was built.
// Place: the packages on disk -> **load** -> peers
// Rules: official packages come in by require(), as most of their programs have them; ours by import().

import { createRequire } from "node:module";
import { isObject } from "./raw-surface.ts";

const requirePackage = createRequire(import.meta.url);

/**
 * Loads an official package.
 *
 * @param name - The alias under which it is installed.
 * @returns What `require()` gives for it.
 */
export function requireOfficial(name: string): unknown {
  const loaded: unknown = requirePackage(name);
  return loaded;
}

/**
 * Loads one of our packages as it was built.
 *
 * @param name - The name of the package.
 * @returns The module's namespace object.
 * @throws Error that says to build when there is no build.
 */
export async function importOwn(name: string): Promise<Record<string, unknown>> {
  try {
    const loaded: unknown = await import(/* @vite-ignore */ name);
    if (isObject(loaded)) {
      return loaded;
    }
  } catch (error) {
    throw new Error(`Cannot import "${name}": it is missing or does not load; run \`npm run build\` first`, {
      cause: error,
    });
  }
  throw new Error(`Cannot import "${name}": it is not a module`);
}

/**
 * Takes a named member out of a module.
 *
 * @param loaded - The module, an object or a function with properties.
 * @param member - The member's name.
 * @returns The member.
 * @throws Error when there is none.
 */
export function memberOf(loaded: unknown, member: string): unknown {
  const found = isObject(loaded) ? loaded[member] : undefined;
  if (found === undefined) {
    throw new Error(`Cannot find "${member}": the package does not export it`);
  }
  return found;
}
