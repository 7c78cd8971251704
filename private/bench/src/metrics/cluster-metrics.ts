// The metrics of servers that are connected.
// Place: metrics -> **cluster metrics**
// Rules: what is compared are the ways of both sides to connect servers over the same broker, with the same library to it;
//        where it is the server alone that is compared, both have the same published adapter.

import type { LinkName } from "../cluster/link-name.ts";
import type { ClusterMetric, FigureSpec } from "./metric.ts";

const PEERS = ["bowline", "socket.io 4.8"] as const;

interface Engine {
  /** Names the metric and its rows. */
  readonly name: string;
  readonly label: string;
  readonly links: readonly [ours: LinkName, theirs: LinkName | undefined];
  /** Whether what the broker spends can be read. */
  readonly broker: boolean;
}

const PUB_SUB: Engine = {
  name: "redis",
  label: "Redis pub/sub",
  links: ["@bowline/redis", "@socket.io/redis-adapter"],
  broker: true,
};

const SHARDED: Engine = {
  name: "sharded",
  label: "Redis sharded",
  links: ["@bowline/redis/sharded", "@socket.io/redis-adapter, sharded"],
  broker: true,
};

const ENGINES: readonly Engine[] = [
  PUB_SUB,
  SHARDED,
  {
    name: "redis-streams",
    label: "Redis streams, recovery",
    links: ["@bowline/redis/streams", "@socket.io/redis-streams-adapter, with recovery"],
    broker: true,
  },
  {
    name: "node-cluster",
    label: "node:cluster",
    links: ["@bowline/node-cluster", "@socket.io/cluster-adapter"],
    broker: true,
  },
  {
    name: "postgres",
    label: "PostgreSQL",
    links: ["@bowline/postgres", "@socket.io/postgres-adapter"],
    broker: false,
  },
  { name: "nats", label: "NATS", links: ["@bowline/nats", undefined], broker: false },
  {
    name: "official-redis",
    label: "@socket.io/redis-adapter on both",
    links: ["@socket.io/redis-adapter", "@socket.io/redis-adapter"],
    broker: true,
  },
  {
    name: "official-streams",
    label: "@socket.io/redis-streams-adapter on both",
    links: ["@socket.io/redis-streams-adapter", "@socket.io/redis-streams-adapter"],
    broker: true,
  },
];

type Sides = Pick<ClusterMetric, "peers" | "links">;

function sidesOf([ours, theirs]: Engine["links"]): Sides {
  if (theirs === undefined) return { peers: ["bowline"], links: { bowline: ours } };
  return { peers: PEERS, links: { bowline: ours, "socket.io 4.8": theirs } };
}

function acrossOf({ name, label, links, broker }: Engine): ClusterMetric {
  const figure = (key: string, from: string, what: string, unit: FigureSpec["unit"]): FigureSpec => ({
    key: `${name}.${key}`,
    from,
    label: `${label}: ${what}`,
    unit,
  });
  return {
    kind: "cluster",
    name,
    about: "an event to everybody, one under way, sent at one of three servers, heard there and at another one",
    ...sidesOf(links),
    nodes: 3,
    job: { scenario: "across", clients: 2, inFlight: 1 },
    figures: [
      figure("p50", "p50Ms", "to a client of the other server, p50", "ms"),
      figure("p99", "p99Ms", "to a client of the other server, p99", "ms"),
      figure("added", "addedMs", "added p50 to the other server", "ms"),
      figure("cpu", "cpuUs", "publishing server, per event", "µs"),
      figure("receive", "bystanderCpuUs", "server without clients, per event", "µs"),
      ...(broker ? [figure("broker", "brokerCpuUs", "broker, per event to three servers", "µs")] : []),
    ],
  };
}

function interestOf({ name, label, links }: Engine): ClusterMetric {
  return {
    kind: "cluster",
    name: `${name}-interest`,
    about: "an event to a room whose only member is at the second of five servers, one under way, sent at the first",
    ...sidesOf(links),
    nodes: 5,
    job: { scenario: "interest", clients: 2, inFlight: 1 },
    figures: [
      {
        key: `${name}-interest.bystander`,
        from: "bystanderCpuUs",
        label: `${label}: server without members of the room, per event`,
        unit: "µs",
      },
      {
        key: `${name}-interest.all`,
        from: "allCpuUs",
        label: `${label}: five servers together, per event to a room of one`,
        unit: "µs",
      },
    ],
  };
}

function spreadOf(nodes: number): ClusterMetric {
  return {
    kind: "cluster",
    name: `spread-${nodes}`,
    about: "events to 120 clients that are spread over the servers, sixteen under way, per delivery",
    ...sidesOf(PUB_SUB.links),
    nodes,
    job: { scenario: "spread", clients: 120, inFlight: 16 },
    figures: [
      {
        key: `spread-${nodes}.wall`,
        from: "wallUs",
        label: `${PUB_SUB.label}, ${nodes} servers: time on the clock, per delivery`,
        unit: "µs",
      },
      {
        key: `spread-${nodes}.cpu`,
        from: "cpuUs",
        label: `${PUB_SUB.label}, ${nodes} servers: all together, per delivery`,
        unit: "µs",
      },
    ],
  };
}

/** One server that nothing connects: what the others are compared with. */
const ALONE: ClusterMetric = {
  kind: "cluster",
  name: "alone",
  about: "an event to everybody, one under way, at a server that is no part of a cluster, by its only client",
  ...sidesOf(["none", "none"]),
  nodes: 1,
  job: { scenario: "across", clients: 1, inFlight: 1 },
  figures: [
    { key: "alone.p50", from: "p50Ms", label: "no cluster: to a client, p50", unit: "ms" },
    { key: "alone.cpu", from: "cpuUs", label: "no cluster: the server, per event to one client", unit: "µs" },
  ],
};

/** What a proxy that is not sticky costs: the sessions of one server, whose requests come there or to another one. */
function pollsOf(name: string, label: string, link: LinkName): readonly ClusterMetric[] {
  return (["home", "away"] as const).map((where): ClusterMetric => {
    const what = where === "home" ? "at the session's server" : "all requests at another server";
    return {
      kind: "cluster",
      name: `${name}-poll-${where}`,
      about: `a POST with an event and the poll that brings its answer, by 50 clients, ${what}`,
      ...sidesOf([link, undefined]),
      nodes: 2,
      job: { scenario: `poll-${where}`, clients: 50, inFlight: 1 },
      figures: [
        {
          key: `${name}-poll-${where}.all`,
          from: "allCpuUs",
          label: `${label}: both servers, per polling cycle, ${what}`,
          unit: "µs",
        },
        {
          key: `${name}-poll-${where}.p50`,
          from: "p50Ms",
          label: `${label}: polling cycle, p50, ${what}`,
          unit: "ms",
        },
      ],
    };
  });
}

/** How many servers the deliveries are spread over. */
export const SPREADS: readonly number[] = [2, 3, 5];

/** What the bench measures of connected servers, in the order of the table. */
export const CLUSTER_METRICS: readonly ClusterMetric[] = [
  ALONE,
  ...ENGINES.map(acrossOf),
  interestOf(PUB_SUB),
  interestOf(SHARDED),
  ...SPREADS.map(spreadOf),
  ...pollsOf("redis", PUB_SUB.label, "@bowline/redis"),
  ...pollsOf("node-cluster", "node:cluster", "@bowline/node-cluster"),
];
