// The suites that we know, by name. A new kind of suite is a file beside this one and a line in LOADERS.
import { loadEngineSuites } from "./engine-suites.mjs";
import { loadParserSuites } from "./parser-suites.mjs";
import { loadSocketSuites } from "./socket-suites.mjs";
import { loadTransportSuites } from "./transport-suites.mjs";

/**
 * Checks one row of a table. A throw of `Mismatch` is another answer than the table's; any other throw is a failure.
 * A check may be asynchronous; rows are checked one after the other.
 * @typedef {(row: Record<string, any>) => void | Promise<void>} Check
 *
 * Loads what the checks need and names them by their suites. A check that holds servers or timers beyond its row has
 * them closed by its own `close`, which is called when all suites have run.
 * @typedef {() => Promise<Record<string, Check & { close?: () => Promise<void> }>>} LoadSuites
 */

/** @type {readonly LoadSuites[]} */
const LOADERS = [loadEngineSuites, loadSocketSuites, loadTransportSuites, loadParserSuites];

/** @returns {Promise<Map<string, Check & { close?: () => Promise<void> }>>} */
export async function knownSuites() {
  const loaded = await Promise.all(LOADERS.map((load) => load()));
  return new Map(loaded.flatMap((suites) => Object.entries(suites)));
}
