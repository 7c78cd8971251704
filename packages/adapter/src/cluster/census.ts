// Who has to answer the questions of a namespace, however a wire has it known.
// Place: bus adapter (**census**) -> cluster, or heartbeats of the namespace, or the broker's count
// Rules: a wire says how; nothing else depends on it.

import type { Clock } from "@bowline/protocol/internal";
import type { ClusterLink } from "./cluster-link.ts";
import { Heartbeats, type HeartbeatsHost } from "./heartbeats.ts";
import type { MessageType, NodeId } from "./message.ts";
import { within } from "./within.ts";

/** Whom a namespace asks. */
export interface Census {
  begin(): void;
  close(): void;
  /** This node has said something to all others. */
  said(): void;
  /** Another one has said something. @returns whether the rest of the message is of interest. */
  heard(message: { readonly uid: NodeId; readonly type: MessageType }): boolean;
  /** Those that are known by their names now. */
  known(): ReadonlySet<NodeId>;
  /** Who will answer, or how many. */
  respondents(): Promise<ReadonlySet<NodeId> | number>;
}

/** What a census needs of its adapter. */
export type CensusHost = Pick<HeartbeatsHost, "say" | "gone"> & { readonly clock: Clock };

const NOBODY: ReadonlySet<NodeId> = new Set();

/** How long the broker may count, in milliseconds. */
const COUNTING_MS = 1_000;

/** All nodes of the cluster. */
function byLeases(link: ClusterLink): Census {
  return {
    begin() {},
    close() {},
    said() {},
    heard: () => true,
    known: () => link.peers(),
    respondents: () => link.allPeers(),
  };
}

function byHeartbeats(link: ClusterLink, host: CensusHost): Census {
  const heartbeats = new Heartbeats({ ...host, intervalMs: link.heartbeatIntervalMs, timeoutMs: link.leaseMs });
  return {
    begin: () => heartbeats.begin(),
    close: () => heartbeats.close(),
    said: () => heartbeats.said(),
    heard: (message) => heartbeats.heard(message),
    known: () => new Set(heartbeats.nodes.keys()),
    respondents: async () => new Set(heartbeats.nodes.keys()),
  };
}

/** The broker counts. One that cannot, is away or does not answer leaves it at the nodes that are known. */
function byCount(link: ClusterLink, topic: string, clock: Clock): Census {
  const count = async (): Promise<number> => {
    const counting = link.bus.subscribers?.(topic).catch(() => undefined);
    const counted = counting === undefined ? undefined : await within(clock, COUNTING_MS, counting, () => undefined);
    return counted === undefined ? link.peers().size : Math.max(0, counted - 1);
  };
  return { begin() {}, close() {}, said() {}, heard: () => true, known: () => NOBODY, respondents: count };
}

/** Counts for one namespace as the wire has it. */
export function createCensus(namespace: string, link: ClusterLink, host: CensusHost): Census {
  const { census } = link.wire;
  if (census === "leases") return byLeases(link);
  return census === "heartbeats" ? byHeartbeats(link, host) : byCount(link, census(namespace), host.clock);
}
