// Who plays: servers and what connects them, by the name that stands in the table, and the broker that each needs.
// Place: run -> **peers** -> scene, node.mjs
// Rules: what a peer is made of stands in node.mjs, under the same name.

import { BrokerServer, NATS, POSTGRES } from "./broker-server.ts";
import { RedisServer } from "./redis-servers.ts";

/** Ours over logs, which promise most; ours without one; and upstream's over a log. */
export const OVER_LOG = "bowline, @bowline/redis/streams";
export const OVER_POSTGRES = "bowline, @bowline/postgres";
export const OVER_JETSTREAM = "bowline, @bowline/nats/jetstream";
export const UPSTREAM = "socket.io 4.8, redis-streams-adapter";
export const PEERS: readonly string[] = [OVER_LOG, OVER_POSTGRES, OVER_JETSTREAM, "bowline, @bowline/redis", UPSTREAM];

/** Those of whom nothing may be missed. */
export const PROMISING: ReadonlySet<string> = new Set([OVER_LOG, OVER_POSTGRES, OVER_JETSTREAM]);

/** A server that may be ended and started again. */
export interface Broker {
  readonly port: number;
  start(): Promise<void>;
  end(how?: "SIGTERM" | "SIGKILL"): Promise<void>;
  remove(): Promise<void>;
}

/** Whether sentinels can watch a peer's broker. */
export function isOverRedis(peer: string): boolean {
  return peer !== OVER_POSTGRES && peer !== OVER_JETSTREAM;
}

/** Starts the broker of a peer. */
export function startBroker(peer: string): Promise<Broker> {
  if (isOverRedis(peer)) return RedisServer.start();
  return BrokerServer.start(peer === OVER_POSTGRES ? POSTGRES : NATS);
}
