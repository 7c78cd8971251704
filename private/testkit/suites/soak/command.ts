// The command that soaks a server, keeps what it has measured, and writes it into the documents.
// Place: command line -> **command** -> soak -> judge -> report -> .cache/soak, docs/reliability.md
// Rules: what is kept can be written into the documents later, too; the exit code says whether all was as promised.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { replacePart } from "../../../bench/src/report/document.ts";
import { type HostilePlan, isTooSlow, measureHostileLoad, renderHostileLoad } from "./hostile-load.ts";
import { judge } from "./judge.ts";
import { renderSoak, renderSoakChart, renderTrouble } from "./report.ts";
import type { Progress, SoakPlan, SoakResult } from "./result.ts";
import { playSoak } from "./soak.ts";

const ROOT = new URL("../../../../", import.meta.url);
const FOLDER = new URL(".cache/soak/", ROOT);
const DOCUMENT = new URL("docs/reliability.md", ROOT);
const CHARTS = new URL("docs/reliability/", ROOT);
const DEFAULT_SEED = "20261128";
const MEGABYTE = 1_000_000;
const PLAIN_INTERVAL_MS = 10_000;

const USAGE = `npm run soak [-- OPTIONS]: one server with clients of every generation, networks that fail, and attackers.

  --minutes N      how long, after warming up; 3 by default
  --connections N  clients at a time, a tenth of them attackers; 100 by default
  --seed S         decides who comes, what strikes whom, and who attacks how; ${DEFAULT_SEED} by default
  --upstream       socket.io 4.8 in the place of our server
  --write-docs     writes table and chart into docs/reliability.md
  --from FILE      takes a kept result in the place of a run
  --hostile        what attackers cost honest clients, on ours and on socket.io 4.8 in turn, in the place of a soak
  --rounds N       how often, with --hostile; 3 by default`;

/** The run's own file comes through here. */
function asResult(kept: unknown): SoakResult;
function asResult(kept: unknown): unknown {
  return kept;
}

/** Tells how far it is: a line that is written anew on a terminal, and a line now and then elsewhere. */
function teller(): (progress: Progress) => void {
  const { stderr } = process;
  let toldMs = Number.NEGATIVE_INFINITY;
  return ({ what, atS, ofS, sample, wrong }) => {
    const { clients, attackers, heapBytes, delayMs, latencyMs, received } = sample;
    const line = [
      `${what}: ${Math.min(atS, ofS).toFixed(0)} of ${ofS.toFixed(0)} s`,
      `${clients} connections, ${attackers} hostile`,
      `heap ${(heapBytes / MEGABYTE).toFixed(1)} MB`,
      `loop ${delayMs.p99.toFixed(0)} ms`,
      `answers ${latencyMs.p50.toFixed(1)}/${latencyMs.p99.toFixed(0)} ms`,
      `${received} messages`,
      `${wrong} wrong`,
    ].join(", ");
    if (stderr.isTTY) stderr.write(`\r\x1b[2K${line}`);
    else if (performance.now() - toldMs >= PLAIN_INTERVAL_MS) {
      toldMs = performance.now();
      stderr.write(`${line}\n`);
    }
  };
}

/** The name of its files, and of its place in the document. */
function partOf({ server }: SoakPlan): "soak" | "soak-upstream" {
  return server === "our server" ? "soak" : "soak-upstream";
}

function writeDocuments({ plan }: SoakResult, chart: string, text: string): void {
  const part = partOf(plan);
  mkdirSync(CHARTS, { recursive: true });
  writeFileSync(new URL(`${part}.svg`, CHARTS), chart);
  const picture = `![memory, handles, delay and answers of the soak over time](reliability/${part}.svg)`;
  writeFileSync(DOCUMENT, replacePart(readFileSync(DOCUMENT, "utf8"), part, `${text}\n\n${picture}`));
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new TypeError(`Cannot take "${text}" for --${name}: it is no positive number`);
  return number;
}

async function runHostileLoad(plan: HostilePlan, writes: boolean): Promise<number> {
  const result = await measureHostileLoad({ ...plan, progress: (line) => process.stderr.write(`${line}\n`) });
  const text = renderHostileLoad(result);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(new URL("hostile.json", FOLDER), `${JSON.stringify(result, undefined, 1)}\n`);
  process.stdout.write(`${text}\n`);
  if (writes) writeFileSync(DOCUMENT, replacePart(readFileSync(DOCUMENT, "utf8"), "hostile-load", text));
  return isTooSlow(result) ? 1 : 0;
}

/**
 * Runs the command.
 * @returns its exit code: 1 where something was not as promised.
 * @throws TypeError for arguments that mean nothing.
 */
export async function runSoak(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean" },
      minutes: { type: "string", default: "3" },
      connections: { type: "string", default: "100" },
      seed: { type: "string", default: DEFAULT_SEED },
      upstream: { type: "boolean" },
      "write-docs": { type: "boolean" },
      from: { type: "string" },
      hostile: { type: "boolean" },
      rounds: { type: "string", default: "3" },
    },
  });
  if (values.help === true) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  if (values.hostile === true) {
    return await runHostileLoad(
      { connections: positive("connections", values.connections), rounds: positive("rounds", values.rounds) },
      values["write-docs"] === true,
    );
  }
  const plan: SoakPlan = {
    minutes: positive("minutes", values.minutes),
    connections: positive("connections", values.connections),
    seed: positive("seed", values.seed),
    server: values.upstream === true ? "server 4.8 with allowEIO3" : "our server",
  };
  const result =
    values.from === undefined
      ? await playSoak({ ...plan, progress: teller() })
      : asResult(JSON.parse(readFileSync(values.from, "utf8")));
  if (process.stderr.isTTY) process.stderr.write("\n");
  const verdict = judge(result);
  mkdirSync(FOLDER, { recursive: true });
  const part = partOf(result.plan);
  const chart = renderSoakChart(result);
  if (values.from === undefined)
    writeFileSync(new URL(`${part}.json`, FOLDER), `${JSON.stringify({ ...result, plan, verdict }, undefined, 1)}\n`);
  writeFileSync(new URL(`${part}.svg`, FOLDER), chart);
  const text = renderSoak(result, verdict);
  process.stdout.write(`${text}\n\n${renderTrouble(result)}\n`);
  if (values["write-docs"] === true) writeDocuments(result, chart, text);
  const said =
    verdict.complaints.length === 0 ? "all as promised" : `not as promised: ${verdict.complaints.join("; ")}`;
  process.stdout.write(`verdict: ${said}\n`);
  return verdict.complaints.length === 0 ? 0 : 1;
}
