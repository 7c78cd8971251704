// The command that sizes clusters on paper.
// Place: command line -> **simulate** -> model -> table

import { parseArgs } from "node:util";
import { type Capacity, sizeCluster, type Topology, type UnitCosts } from "./capacity.ts";

/** Costs as they are measured on two shared cores; docs/scaling.md says by what. Give those of your machines. */
export const DEFAULT_COSTS: UnitCosts = {
  connectionKib: 12,
  deliveryUs: 2,
  publishUs: 30,
  receiveUs: 25,
  eventUs: 12,
  brokerMessagesPerS: 100_000,
};

export const DEFAULT_TOPOLOGY: Topology = {
  connections: 1_000_000,
  roomSize: 20,
  broadcastsPerS: 20_000,
  eventsPerS: 100_000,
  messageBytes: 300,
  nodeMib: 1500,
  nodeLoad: 0.5,
  interestRouting: true,
  heartbeatIntervalMs: 3000,
};

const round = (value: number, digits = 0): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A table of what it takes. */
export function renderCapacity(capacity: Capacity): string {
  const rows: readonly (readonly [string, string])[] = [
    ["nodes (one process each)", `${round(capacity.nodes)}, as the ${capacity.limit} asks`],
    ["connections per node", round(capacity.connectionsPerNode)],
    ["memory of connections per node", `${round(capacity.memoryPerNodeMib)} MiB`],
    ["processor per node", `${round(capacity.loadPerNode * 100)} %`],
    ["nodes that a broadcast goes to", round(capacity.nodesPerBroadcast, 1)],
    [
      "broker, in and out",
      `${round(capacity.brokerMessagesPerS)} messages/s, ${round(capacity.brokerMibPerS, 1)} MiB/s`,
    ],
    ["brokers or shards", round(capacity.brokers)],
  ];
  return ["| | |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join("\n");
}

const NUMBERS = { ...DEFAULT_COSTS, ...DEFAULT_TOPOLOGY };

const USAGE = [
  "npm run simulate [-- OPTIONS]: sizes a cluster on paper.",
  "",
  "  --no-interest-routing    every broadcast goes to every node",
  ...Object.entries(NUMBERS).flatMap(([name, value]) =>
    typeof value === "number" ? [`${`  --${name} NUMBER`.padEnd(33)}by default ${value}`] : [],
  ),
].join("\n");

/**
 * Runs the command.
 * @param args what stands behind the command's name.
 * @returns what it prints.
 * @throws TypeError for an option that is unknown, RangeError for a number that makes no sense.
 */
export function simulate(args: readonly string[]): string {
  const names = Object.keys(NUMBERS).filter((name) => name !== "interestRouting");
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean" },
      "no-interest-routing": { type: "boolean" },
      ...Object.fromEntries(names.map((name) => [name, { type: "string" } as const])),
    },
  });
  if (values.help === true) return USAGE;
  const given = Object.entries(values).filter(([name]) => names.includes(name));
  const numbers = Object.fromEntries(given.map(([name, value]) => [name, Number(value)]));
  const interestRouting = values["no-interest-routing"] !== true;
  const topology: Topology = { ...DEFAULT_TOPOLOGY, ...numbers, interestRouting };
  return renderCapacity(sizeCluster({ ...DEFAULT_COSTS, ...numbers }, topology));
}
