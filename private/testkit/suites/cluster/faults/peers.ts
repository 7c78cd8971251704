// Who plays: servers and what connects them, by the name that stands in the table, and the broker that each needs.
// Place: run -> **peers** -> scene, node.mjs
// Rules: what a peer is made of stands in node.mjs, under the same name.

import { NATS, POSTGRES, REDIS } from "../../../src/peers/broker-programs.ts";
import { type BrokerProgram, BrokerServer } from "../../../src/peers/broker-server.ts";

/** Ours over logs, which promise most; ours without one; and upstream's over a log. */
export const OVER_LOG = "bowline, @bowline/redis/streams";
export const OVER_POSTGRES = "bowline, @bowline/postgres";
export const OVER_JETSTREAM = "bowline, @bowline/nats/jetstream";
export const UPSTREAM = "socket.io 4.8, redis-streams-adapter";
export const PEERS: readonly string[] = [OVER_LOG, OVER_POSTGRES, OVER_JETSTREAM, "bowline, @bowline/redis", UPSTREAM];

/** Those of whom nothing may be missed. */
export const PROMISING: ReadonlySet<string> = new Set([OVER_LOG, OVER_POSTGRES, OVER_JETSTREAM]);

/** Whether sentinels can watch a peer's broker. */
export function isOverRedis(peer: string): boolean {
  return peer !== OVER_POSTGRES && peer !== OVER_JETSTREAM;
}

function programOf(peer: string): BrokerProgram {
  if (isOverRedis(peer)) return REDIS;
  return peer === OVER_POSTGRES ? POSTGRES : NATS;
}

/** Starts the broker of a peer. */
export function startBroker(peer: string): Promise<BrokerServer> {
  return BrokerServer.start(programOf(peer));
}
