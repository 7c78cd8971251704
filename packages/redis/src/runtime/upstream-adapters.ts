// The functions of @socket.io/redis-adapter 8 under their own names: nodes of ours beside nodes of upstream's on one Redis.
// Place: server -> **adapters** -> cluster -> upstream's wire -> bus -> Redis
// Rules: names, arguments and defaults are upstream's; each server is a node of its own, which ends with its last namespace.

import type { AdapterContract, AdapterFactory, AdapterNamespace, AdapterSurroundings } from "@bowline/adapter";
import { type Bus, type Cluster, type ClusterWire, createCluster } from "@bowline/adapter/cluster";
import type { RedisClient } from "../redis-client.ts";
import { type ShardedWireOptions, shardedUpstreamWire } from "../sharded-wire.ts";
import { isPattern, type UpstreamWireOptions, upstreamWire } from "../upstream-wire.ts";
import { openBus, openShardedBus } from "./open-lines.ts";

/** Options of `createAdapter`. */
export interface RedisAdapterOptions extends UpstreamWireOptions {
  /** How long other nodes may take to answer, in milliseconds. @default 5000 */
  readonly requestsTimeout?: number;
}

/** Options of `createShardedAdapter`. */
export interface ShardedRedisAdapterOptions extends ShardedWireOptions {
  /** How long other nodes may take to answer, in milliseconds. @default 5000 */
  readonly requestsTimeout?: number;
}

/** A node, and how many of its namespaces are open. */
interface Node {
  readonly cluster: Cluster;
  namespaces: number;
}

/** What nodes say to each other besides stays apart from clusters with other keys. */
function prefixFor(key: string): string {
  return `bowline-${key.replaceAll("%", "%25").replaceAll("#", "%23")}`;
}

/** Makes adapters whose servers are nodes of their own, with a bus each. */
export function createFactory(
  key: string,
  wire: ClusterWire,
  openNewBus: () => Bus,
  timeoutMs: number | undefined,
): AdapterFactory["create"] {
  const nodes = new WeakMap<AdapterSurroundings, Node>();
  const options = timeoutMs === undefined ? {} : { requestTimeoutMs: timeoutMs };

  function nodeOf(surroundings: AdapterSurroundings): Node {
    let node = nodes.get(surroundings);
    if (node === undefined) {
      node = {
        cluster: createCluster({ ...options, bus: openNewBus(), wire, prefix: prefixFor(key) }),
        namespaces: 0,
      };
      nodes.set(surroundings, node);
    }
    return node;
  }

  /** The last namespace that ends takes the node along. */
  async function ended(surroundings: AdapterSurroundings, node: Node): Promise<void> {
    node.namespaces--;
    if (node.namespaces > 0) return;
    if (nodes.get(surroundings) === node) nodes.delete(surroundings);
    await node.cluster.close();
  }

  return (nsp: AdapterNamespace): AdapterContract => {
    const node = nodeOf(nsp.surroundings);
    const adapter = node.cluster.adapter(nsp);
    node.namespaces++;
    const close = adapter.close?.bind(adapter);
    let closed: Promise<void> | undefined;
    adapter.close = (): Promise<void> => {
      closed ??= Promise.resolve(close?.()).then(() => ended(nsp.surroundings, node));
      return closed;
    };
    return adapter;
  };
}

/**
 * Makes adapters that understand @socket.io/redis-adapter, and take its place: by publish and subscribe.
 *
 * Where all nodes are of Bowline, `new Server({ cluster: createCluster({ bus: redisBus(…) }) })` does more: a node without
 * members of a room hears nothing of what is for it, and answers say of which node they are.
 * @param pubClient a client that is connected, or will be.
 * @param subClient a second one. Both stay open.
 * @param options those that the other nodes have as well.
 * @returns what the option `adapter` of a server takes.
 * @throws TypeError where something else than a client is handed in.
 * @example
 * import { Server } from "@bowline/server";
 * import { createClient } from "redis";
 *
 * const pubClient = createClient({ url: "redis://localhost:6379" });
 * const subClient = pubClient.duplicate();
 * Promise.all([pubClient.connect(), subClient.connect()]).then(() => {
 *   const io = new Server(3000, { adapter: createAdapter(pubClient, subClient) });
 *   io.emit("news", "to the clients of all servers");
 * });
 */
export function createAdapter(
  pubClient: RedisClient,
  subClient: RedisClient,
  options: RedisAdapterOptions = {},
): AdapterFactory["create"] {
  const { key = "socket.io", requestsTimeout } = options;
  const open = (): Bus => openBus(pubClient, subClient, (topic) => (isPattern(topic) ? "pattern" : "channel"), {});
  return createFactory(key, upstreamWire(options), open, requestsTimeout);
}

/**
 * As `createAdapter`, for the sharded adapter: by the sharded channels of Redis 7, with a channel for each room.
 * @param pubClient a client that is connected, or will be.
 * @param subClient a second one. Both stay open.
 * @param options those that the other nodes have as well.
 * @returns what the option `adapter` of a server takes.
 * @throws TypeError where something else than a client is handed in, or for a mode that there is not.
 */
export function createShardedAdapter(
  pubClient: RedisClient,
  subClient: RedisClient,
  options: ShardedRedisAdapterOptions = {},
): AdapterFactory["create"] {
  const { channelPrefix = "socket.io", requestsTimeout } = options;
  const open = (): Bus => openShardedBus(pubClient, subClient, {});
  return createFactory(channelPrefix, shardedUpstreamWire(options), open, requestsTimeout);
}
