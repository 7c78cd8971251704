// Clients of node-redis 4 and 5 as lines.
// Place: bus -> **client of Redis** -> Redis
// Rules: the client subscribes anew by itself before it says that it is ready; the channels of a cluster are heard on one of
//        its nodes, so that all have to be asked who hears them.

import { listOf } from "./foreign-values.ts";
import {
  type ChannelKind,
  callCommand,
  countIn,
  type HearingLine,
  type Listener,
  listenTo,
  type NodeRedisClient,
  type PublishingLine,
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

/** What tells that a client may be ready or no longer so. */
const CHANGES = ["ready", "error", "reconnecting", "end", "connect", "disconnect"] as const;

const isReady = (client: NodeRedisClient): boolean => client.isReady ?? client.isOpen;

/** The nodes of a cluster, where it is one. */
function nodesOf(client: NodeRedisClient): readonly unknown[] | undefined {
  const masters = listOf(Reflect.get(client, "masters"));
  return masters === undefined ? undefined : [...masters, ...(listOf(Reflect.get(client, "replicas")) ?? [])];
}

async function countOnNode(cluster: NodeRedisClient, node: unknown, command: readonly string[]): Promise<number> {
  const client = await callCommand(cluster, "nodeClient", node);
  return countIn(await callCommand(client, "sendCommand", command));
}

async function count(client: NodeRedisClient, kind: ChannelKind, channel: string): Promise<number> {
  const command = ["PUBSUB", kind === "shard" ? "SHARDNUMSUB" : "NUMSUB", channel];
  const nodes = nodesOf(client);
  if (nodes === undefined) return countIn(await callCommand(client, "sendCommand", command));
  // What lives on a shard is known there.
  if (kind === "shard") return countIn(await callCommand(client, "sendCommand", channel, false, command));
  const counts = await Promise.all(nodes.map((node) => countOnNode(client, node, command)));
  return counts.reduce((sum, one) => sum + one, 0);
}

/** A client that publishes. */
export function nodeRedisPublisher(client: NodeRedisClient, toBuffer: ToBuffer): PublishingLine {
  return {
    get isReady() {
      return isReady(client);
    },
    onChange: (listener) => listenTo(client, CHANGES, listener),
    publish: (kind, channel, bytes) =>
      callCommand(client, kind === "shard" ? "sPublish" : "publish", channel, toBuffer(bytes)),
    count: (kind, channel) => count(client, kind, channel),
  };
}

/** A client that hears. */
export function nodeRedisHearer(client: NodeRedisClient): HearingLine {
  const listeners = new Map<string, Listener>();
  return {
    get isReady() {
      return isReady(client);
    },
    onChange: (listener) => listenTo(client, CHANGES, listener),
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
