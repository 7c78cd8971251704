// What a row of the table is made of, and how a metric describes its measurement.
// Place: arguments -> **metric** -> schedule -> run
// Rules: a metric is data; it names its scenario, its peers, and the figures that become rows.

import type { LinkName } from "../cluster/link-name.ts";
import type { ClusterJob, FountainJob, LoadJob, Stretch } from "../load/job.ts";
import type { PeerName, ServerPeerName, WirePeerName } from "../peers/peer.ts";

/** What a figure is counted in. */
export type Unit = "µs" | "ms" | "KiB" | "ns" | "KB" | "MB" | "packages";

/** One row. */
export interface FigureSpec {
  /** Names the row in JSON and in the targets. */
  readonly key: string;
  /** The name under which a measurement gives the figure. */
  readonly from: string;
  readonly label: string;
  readonly unit: Unit;
}

/** A metric whose figures come from clients that drive a server. */
export interface ServerMetric {
  readonly kind: "server";
  readonly name: string;
  /** What the server's cost is divided by, and what the clients do. */
  readonly about: string;
  readonly peers: readonly ServerPeerName[];
  readonly job: Omit<LoadJob, "language" | "port" | "serverPid" | keyof Stretch>;
  /** With fewer clients the figure would be noise, so that `--clients` goes no lower. */
  readonly fewestClients?: number;
  readonly figures: readonly FigureSpec[];
}

/** A metric whose figures come from clients of a peer, in a process of their own, that a server without costs drives. */
export interface ClientMetric {
  readonly kind: "client";
  readonly name: string;
  /** What the client's cost is divided by, and what comes to it. */
  readonly about: string;
  readonly peers: readonly WirePeerName[];
  readonly job: Pick<FountainJob, "scenario" | "clients">;
  /** With fewer clients the figure would be noise, so that `--clients` goes no lower. */
  readonly fewestClients?: number;
  /** More would be a different measurement, so that `--clients` goes no higher. */
  readonly mostClients?: number;
  readonly figures: readonly FigureSpec[];
}

/** A metric of servers that are connected: events go in at one and come out at others. */
export interface ClusterMetric {
  readonly kind: "cluster";
  readonly name: string;
  readonly about: string;
  readonly peers: readonly WirePeerName[];
  /** How the servers of each peer are connected. */
  readonly links: Readonly<Partial<Record<WirePeerName, LinkName>>>;
  /** How many servers there are. */
  readonly nodes: number;
  readonly job: Pick<ClusterJob, "scenario" | "clients" | "inFlight">;
  readonly figures: readonly FigureSpec[];
}

/** A metric that a process measures by itself: it calls codecs, starts programs, counts bytes. */
export interface SoloMetric {
  readonly kind: "solo";
  readonly name: string;
  readonly about: string;
  /** Under this package's `src/`; it is started with the names of the metric and the peer, and the milliseconds it has. */
  readonly script: string;
  readonly peers: readonly PeerName[];
  /** What never changes is measured in so many rounds. */
  readonly mostRounds?: number;
  readonly figures: readonly FigureSpec[];
}

/** A metric. */
export type Metric = ServerMetric | ClientMetric | ClusterMetric | SoloMetric;
