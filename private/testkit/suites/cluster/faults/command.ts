// The command that plays faults and writes what came of it.
// Place: command line -> **command** -> run -> table -> docs/reliability.md
// Rules: every outcome is kept as JSON, so that the table can be made again, also from several runs; what upstream loses is
//        no failure, what ours loses over a log is.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { FAULTS, LONG, SHORT } from "./faults.ts";
import { isOverRedis, PEERS } from "./peers.ts";
import { brokenPromises, type Outcome, playFault } from "./run.ts";
import { intoDocument, renderOutcomes } from "./table.ts";

const DOCUMENT = new URL("../../../../../docs/reliability.md", import.meta.url);
const FOLDER = new URL("../../../../../.cache/cluster/", import.meta.url);
const KEPT = new URL("faults.json", FOLDER);
const DEFAULT_SEED = "20261128";

const USAGE = `npm run test:cluster [-- OPTIONS]: plays faults with clusters.

  --long            20 kills, and the full times; without it a few kills and short times
  --only A,B        these faults alone: ${FAULTS.map(({ name }) => name).join(", ")}
  --peers "A;B"     these peers alone: ${PEERS.join("; ")}
  --seeds 1,2,3     decide the moments, a run each; ${DEFAULT_SEED} by default
  --add             keeps the outcomes of earlier runs, and the lines of the document, but for those that are played again
  --write-docs      writes the table of all that is kept into docs/reliability.md`;

function asOutcomes(kept: unknown): Outcome[];
function asOutcomes(kept: unknown): unknown {
  return kept;
}

const readKept = (): Outcome[] => (existsSync(KEPT) ? asOutcomes(JSON.parse(readFileSync(KEPT, "utf8"))) : []);

function keep(outcomes: readonly Outcome[]): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(KEPT, `${JSON.stringify(outcomes, undefined, 2)}\n`);
}

const isSameRun = (one: Outcome, other: Outcome): boolean =>
  one.title === other.title && one.peer === other.peer && one.seed === other.seed;

/** Those of a list that were asked for. */
function choose<Item>(
  all: readonly Item[],
  nameOf: (item: Item) => string,
  asked: readonly string[] | undefined,
): Item[] {
  const unknown = asked?.find((name) => !all.some((item) => nameOf(item) === name));
  if (unknown !== undefined) throw new TypeError(`Cannot play "${unknown}": there are ${all.map(nameOf).join(", ")}`);
  return all.filter((item) => asked?.includes(nameOf(item)) ?? true);
}

/**
 * Runs the command.
 * @returns its exit code: 1 where something was not as promised, or could not be played.
 * @throws TypeError for what cannot be played.
 */
export async function runFaults(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean" },
      long: { type: "boolean" },
      only: { type: "string" },
      peers: { type: "string" },
      seeds: { type: "string", default: DEFAULT_SEED },
      add: { type: "boolean" },
      "write-docs": { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const faults = choose(FAULTS, ({ name }) => name, values.only?.split(","));
  const peers = choose(PEERS, (name) => name, values.peers?.split(";"));
  const seeds = values.seeds.split(",").map(Number);
  const measure = values.long === true ? LONG : SHORT;
  let outcomes = values.add === true ? readKept() : [];
  let failures = 0;
  for (const fault of faults) {
    for (const seed of seeds) {
      for (const peer of fault.sentinels === true ? peers.filter(isOverRedis) : peers) {
        const complaints: string[] = [];
        try {
          const outcome = await playFault(fault, measure, peer, seed);
          outcomes = [...outcomes.filter((other) => !isSameRun(outcome, other)), outcome];
          keep(outcomes);
          complaints.push(...brokenPromises(fault, outcome));
          process.stderr.write(`${JSON.stringify(outcome)}\n`);
        } catch (error) {
          complaints.push(error instanceof Error ? error.message : String(error));
        }
        if (complaints.length === 0) continue;
        failures += 1;
        process.stderr.write(`${fault.name}, seed ${seed}, ${peer}: ${complaints.join(", ")}\n`);
      }
    }
  }
  const document = readFileSync(DOCUMENT, "utf8");
  const table = renderOutcomes(outcomes, values.add === true ? document : "");
  process.stdout.write(`${table}\n`);
  if (values["write-docs"] === true) writeFileSync(DOCUMENT, intoDocument(document, table));
  return failures === 0 ? 0 : 1;
}
