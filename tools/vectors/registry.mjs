// The suites that we know, by name.
// Place: between tools/vectors.mjs and the suites. Rules: a new kind of suite is a file beside this one and a line in
// LOADERS.
import { loadEngineSuites } from "./engine-suites.mjs";
import { loadLiveSuites, loadOfficialSuites } from "./live-suites.mjs";
import { loadParserSuites } from "./parser-suites.mjs";
import { loadSocketSuites } from "./socket-suites.mjs";
import { loadTransportSuites } from "./transport-suites.mjs";

/**
 * Checks one row of a table. A throw of `Mismatch` is another answer than the table's; any other throw is a failure.
 * A check may be asynchronous; rows are checked one after the other, unless `together` says how many may be under way
 * at a time; rows that `alone` names run by themselves behind all others.
 * @typedef {((row: Record<string, any>) => void | Promise<void>) &
 *   { together?: number, alone?: (row: Record<string, any>) => boolean }} Check
 *
 * Loads what the checks need and names them by their suites. A check that holds servers or timers beyond its row has
 * them closed by its own `close`, which is called when all suites have run.
 * @typedef {() => Suites | Promise<Suites>} LoadSuites
 * @typedef {Record<string, Check & { close?: () => Promise<void> }>} Suites
 */

/** @type {readonly LoadSuites[]} */
const LOADERS = [loadEngineSuites, loadSocketSuites, loadTransportSuites, loadParserSuites, loadLiveSuites];

/** @returns {Promise<Map<string, Check & { close?: () => Promise<void> }>>} */
export async function knownSuites() {
  const loaded = await Promise.all(LOADERS.map((load) => load()));
  return new Map(loaded.flatMap((suites) => Object.entries(suites)));
}

/** The suites that can be played against the published packages. */
export async function officialSuites() {
  return new Map(Object.entries(await loadOfficialSuites()));
}
