// Measures the threats on our server and on socket.io 4.8, in turn in one run, and makes a table of it with what each may cost.
// Place: attacker -> **bytes, connections** -> ours, and theirs -> docs/security.md
// Rules: both get the same load from the same code; a server of its own for each round; medians of the rounds; ours fails the
//        run where it is beyond a mark in most of them.
// Usage: npm run test:security -- --table [part of a name] [--rounds N] [--ours] [--write-docs]

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { replacePart } from "../../../bench/src/report/document.ts";
import { renderTable } from "../../../bench/src/report/table.ts";
import { median } from "../../../bench/src/statistics.ts";
import { startVictim } from "../hostile/victim-process.ts";
import { type Cost, excess, measure, PROGRAM, THREATS, type Threat } from "./threats.ts";

const ROOT = new URL("../../../../", import.meta.url);
const DOCUMENT = new URL("docs/security.md", ROOT);
const FOLDER = new URL(".cache/security/", ROOT);
const UPSTREAM = createRequire(import.meta.url).resolve("socket.io-v4");
const MEGABYTE = 1_000_000;

/** What one threat has cost each of them, round by round. */
interface Row {
  readonly threat: Threat;
  readonly ours: readonly Cost[];
  readonly theirs: readonly Cost[];
}

/** A server that could not be measured to the end has failed, and that is its result. */
async function costOf(threat: Threat, server?: string): Promise<Cost> {
  const victim = await startVictim({ ...threat.options, ...threat.tableOptions }, PROGRAM, server);
  try {
    return await measure(threat, victim, threat.count.table);
  } finally {
    victim.kill();
  }
}

/** The median of each figure. */
function middle(costs: readonly Cost[]): Cost {
  const of = (name: keyof Cost): number => median(costs.map((cost) => cost[name]));
  return {
    heldBytes: of("heldBytes"),
    keptBytes: of("keptBytes"),
    stallMs: of("stallMs"),
    connections: of("connections"),
    servedMs: of("servedMs"),
  };
}

const megabytes = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);

function cell({ heldBytes, keptBytes, stallMs, connections, servedMs }: Cost): string {
  const served = servedMs === 0 ? "" : `; ${(servedMs / 1000).toFixed(1)} s`;
  return `${megabytes(heldBytes)}; ${megabytes(keptBytes)}; ${stallMs.toFixed(0)} ms; ${connections.toLocaleString("en-GB")}${served}`;
}

/** What ours may cost, in the same order; a dash where there is no mark. */
function markCell({ marks, count }: Threat): string {
  const { heldBytes, keptBytes, stallMs, connections, servedMs } = marks(count.table);
  const bytes = (mark?: number): string => (mark === undefined ? "–" : megabytes(mark));
  const served = servedMs === undefined ? "" : `; ${(servedMs / 1000).toFixed(0)} s`;
  return `${bytes(heldBytes)}; ${bytes(keptBytes)}; ${stallMs === undefined ? "–" : `${stallMs} ms`}; ${connections ?? "–"}${served}`;
}

function nameOf({ name, count }: Threat): string {
  return count.table === 1 ? name : `${count.table.toLocaleString("en-GB")} ${name}`;
}

function renderRows(rows: readonly Row[]): string {
  const cells = rows.map(({ threat, ours, theirs }) => [
    nameOf(threat),
    markCell(threat),
    cell(middle(ours)),
    theirs.length === 0 ? "" : cell(middle(theirs)),
    Object.keys(excess(threat.marks(threat.count.table), middle(ours))).length === 0 ? "kept" : "missed",
  ]);
  return renderTable(["load", "ours may", "ours", "socket.io 4.8", "marks"], cells);
}

async function play(threat: Threat, rounds: number, isOursAlone: boolean): Promise<Row> {
  const ours: Cost[] = [];
  const theirs: Cost[] = [];
  for (let round = 0; round < rounds; round++) {
    ours.push(await costOf(threat));
    if (!isOursAlone) theirs.push(await costOf(threat, UPSTREAM));
  }
  return { threat, ours, theirs };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ours: { type: "boolean" },
    rounds: { type: "string", default: "1" },
    "write-docs": { type: "boolean" },
  },
});
const rounds = Number(values.rounds);
const chosen = THREATS.filter(({ name }) => name.includes(positionals[0] ?? ""));
if (chosen.length === 0 || !(rounds >= 1)) throw new TypeError("Cannot measure: there is no such threat, or no round");
const rows: Row[] = [];
for (const threat of chosen) {
  const row = await play(threat, rounds, values.ours === true);
  rows.push(row);
  process.stderr.write(`${renderRows([row]).split("\n").at(-1)}\n`);
}
const when = `Measured ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, ${rounds} rounds in turn, medians, Node ${process.versions.node}.`;
const text = `${renderRows(rows)}\n\n${when}`;
mkdirSync(FOLDER, { recursive: true });
const kept = rows.map(({ threat, ours, theirs }) => ({ name: nameOf(threat), ours, theirs }));
writeFileSync(new URL("threats.json", FOLDER), `${JSON.stringify(kept, undefined, 1)}\n`);
process.stdout.write(`${text}\n`);
if (values["write-docs"] === true) {
  if (chosen.length < THREATS.length || values.ours === true)
    throw new Error("Cannot write it: it is not the whole table");
  writeFileSync(DOCUMENT, replacePart(readFileSync(DOCUMENT, "utf8"), "threats", text));
}
const isBroken = rows.some(
  ({ threat, ours }) => Object.keys(excess(threat.marks(threat.count.table), middle(ours))).length > 0,
);
process.exit(isBroken ? 1 : 0);
