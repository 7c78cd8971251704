// The command that plays faults and writes what came of it.
// Place: command line -> **command** -> run -> table -> docs/reliability.md
// Rules: every outcome is kept as JSON, so that the table can be made again; what upstream loses is no failure, what ours
//        loses over a log is.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { FAULTS, LONG, SHORT } from "./faults.ts";
import { isAsPromised, type Outcome, PEERS, playFault } from "./run.ts";
import { intoDocument, renderOutcomes } from "./table.ts";

const DOCUMENT = new URL("../../../../../docs/reliability.md", import.meta.url);
const KEPT = new URL("../../../../../.cache/cluster/", import.meta.url);
const DEFAULT_SEED = "20261128";

const USAGE = `npm run test:cluster [-- OPTIONS]: plays faults with clusters.

  --long            20 kills, and the full times; without it a few kills and short times
  --only A,B        these faults alone: ${FAULTS.map(({ name }) => name).join(", ")}
  --peers "A;B"     these peers alone: ${PEERS.join("; ")}
  --seed N          decides the moments; ${DEFAULT_SEED} by default
  --write-docs      writes the table into docs/reliability.md`;

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
      seed: { type: "string", default: DEFAULT_SEED },
      "write-docs": { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const faults = choose(FAULTS, ({ name }) => name, values.only?.split(","));
  const peers = choose(PEERS, (name) => name, values.peers?.split(";"));
  const outcomes: Outcome[] = [];
  let failures = 0;
  for (const fault of faults) {
    for (const peer of peers) {
      try {
        const outcome = await playFault(fault, values.long === true ? LONG : SHORT, peer, Number(values.seed));
        outcomes.push(outcome);
        if (!isAsPromised(outcome)) failures += 1;
        process.stderr.write(`${JSON.stringify(outcome)}\n`);
      } catch (error) {
        failures += 1;
        process.stderr.write(`${fault.name}, ${peer}: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    }
  }
  mkdirSync(KEPT, { recursive: true });
  writeFileSync(new URL("faults.json", KEPT), `${JSON.stringify(outcomes, undefined, 2)}\n`);
  process.stdout.write(`${renderOutcomes(outcomes)}\n`);
  if (values["write-docs"] === true) {
    writeFileSync(DOCUMENT, intoDocument(readFileSync(DOCUMENT, "utf8"), renderOutcomes(outcomes)));
  }
  return failures === 0 ? 0 : 1;
}
