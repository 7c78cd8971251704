// The command that plays faults between one server and its clients, and prints what came of it.
// Place: command line -> **command** -> delivery -> table
// Rules: what upstream's server loses is no failure; what ours does is.

import { parseArgs } from "node:util";
import type { ClientName, ServerName } from "../../src/peers/peer.ts";
import { type DeliveryVerdict, type DirectionVerdict, playDelivery } from "./delivery.ts";

const USAGE = `npm run test:faults [-- OPTIONS]: one server whose clients lose their networks, ours and upstream's.

  --messages N   in all, for each server; 20,000 by default
  --faults N     for each server; 100 by default
  --seed N       decides what strikes whom; 1 by default
  --server NAME  "our server" or "server 4.8" alone; both by default
  --anew         without sessions that are kept`;

const SERVERS: readonly ServerName[] = ["our server", "server 4.8"];

/** Upstream's clients of 2.x cannot talk to upstream's server of 4.x. */
function clientsOf(server: ServerName, keepsSessions: boolean): ClientName[] {
  if (server !== "our server") return ["client 4.8"];
  return keepsSessions ? ["our client", "client 4.8"] : ["our client", "client 4.8", "client 2.5"];
}

function row(name: string, verdict: DirectionVerdict): string {
  const { owed, lost, told, duplicated, reordered, phantom, leaked } = verdict;
  const cells = [owed, lost, told, duplicated, reordered, phantom + leaked].map((count) => count.toLocaleString("en"));
  return `| ${[name, ...cells].join(" | ")} |`;
}

function rowsOf(server: ServerName, { down, up }: DeliveryVerdict): string[] {
  return [
    ...Object.entries(down).map(([kind, verdict]) => row(`${server} to ${kind}`, verdict)),
    ...Object.entries(up).flatMap(([kind, verdict]) =>
      verdict.owed === 0 ? [] : [row(`${kind} to ${server}`, verdict)],
    ),
  ];
}

/** What ours has done that it may not. */
function isBroken({ down, up }: DeliveryVerdict, keepsSessions: boolean): boolean {
  const isBad = ({ lost, duplicated, reordered, phantom, leaked }: DirectionVerdict): boolean =>
    lost + duplicated + reordered + phantom + leaked > 0;
  const ours = up["our client"];
  return (
    Object.values(down).some((verdict) => isBad(verdict) || (keepsSessions && verdict.told > 0)) ||
    (keepsSessions && ours !== undefined && isBad(ours)) ||
    Object.values(up).some(({ lost, phantom, leaked }) => lost + phantom + leaked > 0)
  );
}

/**
 * Runs the command.
 * @returns its exit code: 1 where ours broke a promise.
 */
export async function runDelivery(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean" },
      messages: { type: "string", default: "20000" },
      faults: { type: "string", default: "100" },
      seed: { type: "string", default: "1" },
      server: { type: "string" },
      anew: { type: "boolean" },
    },
  });
  if (values.help === true) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const servers = SERVERS.filter((name) => values.server === undefined || values.server === name);
  if (servers.length === 0) throw new TypeError(`Cannot play "${values.server}": there are ${SERVERS.join(", ")}`);
  const keepsSessions = values.anew !== true;
  const rows: string[] = [];
  let isRed = false;
  for (const server of servers) {
    const verdict = await playDelivery({
      server,
      clients: clientsOf(server, keepsSessions),
      keepsSessions,
      messages: Number(values.messages),
      faults: Number(values.faults),
      seed: Number(values.seed),
      progress: (line) => process.stderr.write(`${server}: ${line}\n`),
    });
    isRed ||= server === "our server" && isBroken(verdict, keepsSessions);
    process.stderr.write(`${server}: ${verdict.recovered} times recovered, ${verdict.beganAnew} times anew\n`);
    rows.push(...rowsOf(server, verdict));
  }
  const head = ["who to whom", "owed", "lost", "told as missed", "doubled", "out of order", "to the wrong one"];
  process.stdout.write(`| ${head.join(" | ")} |\n|---${"|---:".repeat(head.length - 1)}|\n${rows.join("\n")}\n`);
  return isRed ? 1 : 0;
}
