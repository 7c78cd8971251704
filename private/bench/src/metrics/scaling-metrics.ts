// How costs grow: the same measurement at several sizes, for one chart each.
// Place: arguments -> **scaling metrics** -> schedule, scaling report
// Rules: a point of a scale is a metric like any other; its key says which scale and figure it is of, and its size.

import type { ServerPeerName } from "../peers/peer.ts";
import type { FigureSpec, ServerMetric } from "./metric.ts";
import { NO_JOB } from "./server-metrics.ts";

/** One chart: a figure over a size. */
export interface Scale {
  readonly name: string;
  /** What the size counts. */
  readonly of: string;
  readonly label: string;
  readonly unit: FigureSpec["unit"];
}

interface Sizes extends Pick<Scale, "name" | "of"> {
  readonly about: string;
  readonly sizes: readonly number[];
  readonly fewestClients?: number;
  readonly job: (size: number) => ServerMetric["job"];
  readonly figures: readonly Pick<FigureSpec, "key" | "from" | "label" | "unit">[];
}

const PEERS: readonly ServerPeerName[] = ["bowline", "socket.io 4.8"];

const ECHO = { key: "echo", from: "cpuUs", label: "echo + ack", unit: "µs" } as const;
const DELIVERY = { key: "delivery", from: "cpuUs", label: "broadcast, per delivery", unit: "µs" } as const;

const SERIES: readonly Sizes[] = [
  {
    name: "connections",
    of: "connections",
    about: "small events and their acks, one under way per client",
    sizes: [100, 1000, 3000, 10_000],
    job: (clients) => ({ ...NO_JOB, scenario: "echo", clients }),
    figures: [ECHO],
  },
  {
    name: "idle",
    of: "connections",
    about: "connected clients that do nothing",
    sizes: [1000, 3000, 10_000],
    fewestClients: 1000,
    job: (clients) => ({ ...NO_JOB, scenario: "idle", clients }),
    figures: [
      { key: "rss", from: "rssKib", label: "memory per connection, RSS", unit: "KiB" },
      { key: "heap", from: "heapKib", label: "memory per connection, heap", unit: "KiB" },
    ],
  },
  {
    name: "room-size",
    of: "members of the room",
    about: "one event to a room, the next one when all have it",
    sizes: [10, 100, 1000, 10_000],
    job: (clients) => ({ ...NO_JOB, scenario: "broadcast", clients, rooms: 1, roomSize: clients }),
    figures: [DELIVERY],
  },
  {
    name: "rooms",
    of: "rooms",
    about: "one event to one of many rooms of ten members, with a hundred clients",
    sizes: [10, 100, 1000, 10_000, 100_000],
    job: (rooms) => ({ ...NO_JOB, scenario: "broadcast", clients: 100, rooms, roomSize: 10 }),
    figures: [DELIVERY],
  },
  {
    name: "namespaces",
    of: "namespaces",
    about: "small events and their acks, with a thousand clients spread over namespaces",
    sizes: [1, 10, 100],
    job: (namespaces) => ({ ...NO_JOB, scenario: "echo", clients: 1000, namespaces }),
    figures: [ECHO],
  },
];

/** The charts, in their order. */
export const SCALES: readonly Scale[] = SERIES.flatMap(({ name, of, figures }) =>
  figures.map(({ key, label, unit }) => ({ name: `${name}.${key}`, of, label, unit })),
);

/** Every point of every scale. */
export const SCALING_METRICS: readonly ServerMetric[] = SERIES.flatMap(
  ({ name, about, sizes, job, figures, ...limits }) =>
    sizes.map((size) => ({
      kind: "server",
      name: `${name}@${size}`,
      about,
      peers: PEERS,
      job: job(size),
      ...(limits.fewestClients === undefined ? {} : { fewestClients: limits.fewestClients }),
      figures: figures.map((figure) => ({ ...figure, key: `${name}.${figure.key}@${size}` })),
    })),
);
