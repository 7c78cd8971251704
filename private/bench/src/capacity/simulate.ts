// The command that sizes clusters on paper.
// Place: command line -> **simulate** -> model -> tables, docs/scaling.md
// Rules: what is not said on the command line is a figure of the bench, or a load that is called an assumption; the page shows
//        what the command prints.

import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { replacePart } from "../report/document.ts";
import { renderTable } from "../report/table.ts";
import { type Capacity, sizeCluster, type Topology, type UnitCosts } from "./capacity.ts";
import { type MeasuredCost, readCosts, unitCosts } from "./measured-costs.ts";

const PAGE = new URL("../../../../docs/scaling.md", import.meta.url);

const COST_DIGITS = 1;

/** Loads, which are assumptions. */
export const DEFAULT_TOPOLOGY: Topology = {
  connections: 1_000_000,
  roomSize: 20,
  broadcastsPerS: 20_000,
  eventsPerS: 100_000,
  messageBytes: 300,
  nodeMib: 1500,
  nodeLoad: 0.5,
  interestRouting: true,
  roomsTogether: false,
  heartbeatIntervalMs: 3000,
};

const TENFOLD: Topology = {
  ...DEFAULT_TOPOLOGY,
  connections: 10_000_000,
  broadcastsPerS: 200_000,
  eventsPerS: 1_000_000,
};

/** What is sized where nothing else is asked for. */
const COLUMNS: readonly Topology[] = [DEFAULT_TOPOLOGY, TENFOLD, { ...TENFOLD, roomsTogether: true }];

const round = (value: number, digits = 0): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Whom a broadcast goes to. */
function routing({ interestRouting, roomsTogether }: Topology): string {
  if (!interestRouting) return "all nodes";
  return roomsTogether ? "the node that has the members" : "nodes with members, who are anywhere";
}

const ROWS: readonly (readonly [name: string, of: (topology: Topology, capacity: Capacity) => string])[] = [
  ["connections", ({ connections }) => round(connections)],
  ["members of a room", ({ roomSize }) => round(roomSize)],
  ["a broadcast goes to", routing],
  ["broadcasts to rooms, events of clients, each second", (t) => `${round(t.broadcastsPerS)}, ${round(t.eventsPerS)}`],
  ["nodes (one process each)", (_, { nodes, limit }) => `${round(nodes)}, as the ${limit} asks`],
  ["connections per node", (_, { connectionsPerNode }) => round(connectionsPerNode)],
  ["memory of connections, per node", (_, { memoryPerNodeMib }) => `${round(memoryPerNodeMib)} MiB`],
  ["memory of connections, all nodes", (_, { memoryGib }) => `${round(memoryGib, 1)} GiB`],
  ["processor per node", (_, { loadPerNode }) => `${round(loadPerNode * 100)} %`],
  ["nodes that a broadcast goes to", (_, { nodesPerBroadcast }) => round(nodesPerBroadcast, 1)],
  [
    "broker, in and out, each second",
    (_, c) => `${round(c.brokerMessagesPerS)} messages, ${round(c.brokerMibPerS)} MiB`,
  ],
  ["signs of life among them", (_, { signsOfLifePerS }) => round(signsOfLifePerS)],
  ["brokers or shards (one processor each)", (_, { brokers }) => round(brokers)],
];

/** A table of what it takes, a column for each topology. */
export function renderSizing(costs: UnitCosts, topologies: readonly Topology[]): string {
  const sized = topologies.map((topology) => ({ topology, capacity: sizeCluster(costs, topology) }));
  const [head = [], ...rows] = ROWS.map(([name, of]) => [
    name,
    ...sized.map(({ topology, capacity }) => of(topology, capacity)),
  ]);
  return renderTable(head, rows);
}

/** A table of the costs, with the rows that they are of. */
export function renderCosts(costs: readonly MeasuredCost[]): string {
  const cells = costs.map(({ what, value, unit, from }) => [what, `${round(value, COST_DIGITS)} ${unit}`, from]);
  return renderTable(["cost", "median", "row of the bench"], cells);
}

/** The page with what the command prints. */
export function withSizing(page: string, costs: readonly MeasuredCost[]): string {
  const costed = replacePart(page, "costs", renderCosts(costs));
  return replacePart(costed, "sizing", renderSizing(unitCosts(costs), COLUMNS));
}

function usage(costs: UnitCosts): string {
  const numbers = { ...costs, ...DEFAULT_TOPOLOGY };
  return [
    "npm run simulate [-- OPTIONS]: sizes clusters on paper; without options, those of docs/scaling.md.",
    "",
    "  --write-docs             puts the tables into docs/scaling.md",
    "  --no-interest-routing    every broadcast goes to every node",
    "  --rooms-together         the members of a room are all on one node",
    ...Object.entries(numbers).flatMap(([name, value]) =>
      typeof value === "number" ? [`${`  --${name} NUMBER`.padEnd(33)}by default ${Number(value.toPrecision(4))}`] : [],
    ),
  ].join("\n");
}

/**
 * Runs the command.
 * @param args what stands behind the command's name.
 * @param measured the costs where none are given; those of the documents by default.
 * @returns what it prints.
 * @throws TypeError for an option that is unknown, RangeError for a number that makes no sense.
 */
export function simulate(args: readonly string[], measured: readonly MeasuredCost[] = readCosts()): string {
  const costs = unitCosts(measured);
  const numeric = Object.entries({ ...costs, ...DEFAULT_TOPOLOGY }).flatMap(([name, value]) =>
    typeof value === "number" ? [name] : [],
  );
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean" },
      "write-docs": { type: "boolean" },
      "no-interest-routing": { type: "boolean" },
      "rooms-together": { type: "boolean" },
      ...Object.fromEntries(numeric.map((name) => [name, { type: "string" } as const])),
    },
  });
  if (values.help === true) return usage(costs);
  if (values["write-docs"] === true) writeFileSync(PAGE, withSizing(readFileSync(PAGE, "utf8"), measured));
  const given = Object.entries(values).filter(([name]) => numeric.includes(name));
  const numbers = Object.fromEntries(given.map(([name, value]) => [name, Number(value)]));
  const [isFlooding, isTogether] = [values["no-interest-routing"] === true, values["rooms-together"] === true];
  const topology = { ...DEFAULT_TOPOLOGY, ...numbers, interestRouting: !isFlooding, roomsTogether: isTogether };
  const isPlain = given.length === 0 && !isFlooding && !isTogether;
  const sizing = renderSizing({ ...costs, ...numbers }, isPlain ? COLUMNS : [topology]);
  return `${renderCosts(measured)}\n\n${sizing}`;
}
