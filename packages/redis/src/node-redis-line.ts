// Clients of node-redis 4 and 5 as lines.
// Place: bus -> **client of Redis** -> Redis
// Rules: the client subscribes anew by itself before it says that it is ready; the channels of a cluster are heard on one of
//        its nodes, so that all have to be asked who hears them.

import { listOf, memberOf } from "./foreign-values.ts";
import {
  type ChannelKind,
  callCommand,
  countIn,
  type HearingLine,
  isNodeRedisCluster,
  type Listener,
  listenTo,
  type NodeRedisClient,
  type PublishingLine,
  sendByNodeRedis,
  type ToBuffer,
} from "./redis-client.ts";

const SUBSCRIBE: Readonly<Record<ChannelKind, string>> = {
  channel: "subscribe",
  pattern: "pSubscribe",
  shard: "sSubscribe",
};

const UNSUBSCRIBE: Readonly<Record<ChannelKind, string>> = {
  channel: "unsubscribe",
  pattern: "pUnsubscribe",
  shard: "sUnsubscribe",
};

/** What tells that a client may be ready or no longer so; the last ones are of clusters and Sentinels. */
export const NODE_REDIS_CHANGES: readonly string[] = [
  ...["ready", "error", "reconnecting", "end", "connect", "disconnect"],
  ...["node-ready", "node-error", "node-disconnect", "topology-change", "client-error"],
];

/** Whether commands get through, as far as a client knows; a cluster is open before it knows of its nodes. */
export function isNodeRedisReady(client: NodeRedisClient): boolean {
  return client.isReady ?? (client.isOpen && mastersOf(client)?.length !== 0);
}

/** Whether a node of a cluster has been reached before, and is away now. */
function isLost(node: unknown): boolean {
  return memberOf(memberOf(node, "client"), "isReady") === false;
}

/** Whether the node by which a cluster hears all channels is there; it has a connection of its own to it. */
function isHearing(client: NodeRedisClient): boolean {
  return isNodeRedisReady(client) && !isLost(Reflect.get(client, "pubSubNode"));
}

/** @throws TypeError for a cluster: its client does not hear again what has moved to another shard, nor does it say so. */
export function checkNodeRedisShards(client: NodeRedisClient): void {
  if (!isNodeRedisCluster(client)) return;
  throw new TypeError(
    "Cannot hear sharded channels by a cluster's client of node-redis: it loses those that move to another shard; take ioredis with the option shardedSubscribers: true, or channels that are not sharded",
  );
}

function mastersOf(client: NodeRedisClient): readonly unknown[] | undefined {
  return listOf(Reflect.get(client, "masters"));
}

async function countOnNode(cluster: NodeRedisClient, node: unknown, command: readonly string[]): Promise<number> {
  const client = await callCommand(cluster, "nodeClient", node);
  return countIn(await callCommand(client, "sendCommand", command));
}

async function count(client: NodeRedisClient, kind: ChannelKind, channel: string): Promise<number> {
  const command = ["PUBSUB", kind === "shard" ? "SHARDNUMSUB" : "NUMSUB", channel];
  if (!isNodeRedisCluster(client)) return countIn(await sendByNodeRedis(client, channel, command));
  const nodes = ["masters", "replicas"].flatMap((role) => listOf(Reflect.get(client, role)) ?? []);
  const counts = await Promise.all(nodes.map((node) => countOnNode(client, node, command)));
  return counts.reduce((sum, one) => sum + one, 0);
}

/** A client that publishes. */
export function nodeRedisPublisher(client: NodeRedisClient, toBuffer: ToBuffer): PublishingLine {
  let mouth: unknown;

  /** A cluster takes any of its nodes for each message, so that they would overtake each other: it is always the same one. */
  function choose(): unknown {
    const masters = mastersOf(client) ?? [];
    if (!masters.includes(mouth) || isLost(mouth)) mouth = masters.find((node) => !isLost(node)) ?? masters[0];
    return mouth;
  }

  async function publish(channel: string, bytes: Uint8Array): Promise<unknown> {
    if (!isNodeRedisCluster(client)) return callCommand(client, "publish", channel, bytes);
    return callCommand(await callCommand(client, "nodeClient", choose()), "publish", channel, bytes);
  }

  return {
    get isReady() {
      return isNodeRedisReady(client);
    },
    onChange: (listener) => listenTo(client, NODE_REDIS_CHANGES, listener),
    publish: (kind, channel, bytes) =>
      kind === "shard" ? callCommand(client, "sPublish", channel, toBuffer(bytes)) : publish(channel, toBuffer(bytes)),
    count: (kind, channel) => count(client, kind, channel),
  };
}

/** A client that hears. */
export function nodeRedisHearer(client: NodeRedisClient): HearingLine {
  const listeners = new Map<string, Listener>();
  return {
    get isReady() {
      return isHearing(client);
    },
    onChange: (listener) => listenTo(client, NODE_REDIS_CHANGES, listener),
    async subscribe(kind, channel, listener) {
      const key = `${kind} ${channel}`;
      // The same function once more is nothing new to the client.
      const known = listeners.get(key) ?? listener;
      listeners.set(key, known);
      await callCommand(client, SUBSCRIBE[kind], channel, known, true);
    },
    async unsubscribe(kind, channel) {
      const key = `${kind} ${channel}`;
      const listener = listeners.get(key);
      listeners.delete(key);
      if (listener !== undefined) await callCommand(client, UNSUBSCRIBE[kind], channel, listener, true);
    },
    close: () => listeners.clear(),
  };
}
