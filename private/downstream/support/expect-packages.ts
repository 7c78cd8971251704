// Whose packages a program has loaded: all of ours and none of the official ones, or the other way round.
// Place: beside the tests of each program.
// Rules: what is loaded has to lie in the program's own folder: this repository's node_modules is above it.
import { expect } from "vitest";
import type { Installation } from "./installations.ts";
import type { LoadedPackage } from "./running-program.ts";

/** The official packages; ours carry these names below a scope of their own. */
const OFFICIAL = /^(?:socket\.io|engine\.io|socket\.io-client|engine\.io-client)$/;

/** All packages whose origin matters; others may look for optional ones further up. */
const FAMILY = /^(?:@bowline\/.*|(?:socket|engine)\.io.*|@socket\.io\/.*|ws)$/;

/**
 * Checks whose packages were loaded.
 *
 * @param loaded - What the program has loaded.
 * @param installation - Where it is, and with whose packages.
 * @param names - Upstream's names of packages that it has to have loaded.
 */
export function expectPackages(
  loaded: readonly LoadedPackage[],
  { packages, folder }: Installation,
  names: readonly string[],
): void {
  const installed = names.map((name) => loaded.find((entry) => entry.folder === `${folder}/node_modules/${name}`));
  const expected = names.map((name) => (packages === "ours" ? `@bowline/${name}` : name));
  expect(installed.map((entry) => entry?.name)).toEqual(expected);
  const family = loaded.filter(({ name }) => FAMILY.test(name));
  expect(family.filter((entry) => !entry.folder.startsWith(`${folder}/`))).toEqual([]);
  const foreign = packages === "ours" ? OFFICIAL : /^@bowline\//;
  expect(loaded.filter(({ name }) => foreign.test(name))).toEqual([]);
}
