// Clients of ioredis 5 as lines.
// Place: bus -> **client of Redis** -> Redis
// Rules: the client has one event for the messages of all channels; it says that it is ready before it has subscribed anew,
//        and may have been told not to do so: the bus subscribes by itself. Where several buses hear by one client, a channel
//        is left with the last of them. A client that waits for its first command is connected. In a cluster, a node that
//        gives a slot away says so to whoever hears a channel of it; the client takes that for an answer to something, and
//        neither hears by that connection nor gets an answer over it any more: it has to connect anew.

import { listOf, memberOf } from "./foreign-values.ts";
import {
  type ChannelKind,
  callCommand,
  countIn,
  eventsOf,
  type HearingLine,
  type IoRedisClient,
  type Listener,
  listenTo,
  type PublishingLine,
  type ToBuffer,
} from "./redis-client.ts";

const SUBSCRIBE: Readonly<Record<ChannelKind, string>> = {
  channel: "subscribe",
  pattern: "psubscribe",
  shard: "ssubscribe",
};

const UNSUBSCRIBE: Readonly<Record<ChannelKind, string>> = {
  channel: "unsubscribe",
  pattern: "punsubscribe",
  shard: "sunsubscribe",
};

/** What tells that a client may be ready or no longer so. */
export const IO_REDIS_CHANGES: readonly string[] = ["ready", "error", "close", "reconnecting", "end"];

/** Whether commands get through, as far as a client knows. */
export const isIoRedisReady = ({ status }: IoRedisClient): boolean => status === "ready";

/** Every node of a cluster, or of one role, or the client itself. */
async function nodesOf(client: IoRedisClient, ...role: readonly string[]): Promise<readonly unknown[]> {
  return "nodes" in client ? (listOf(await callCommand(client, "nodes", ...role)) ?? [client]) : [client];
}

/** Nodes are connected when they are first used, and not again. */
function isLost(node: unknown): boolean {
  const status = memberOf(node, "status");
  return status === "end" || status === "close" || status === "reconnecting";
}

async function count(client: IoRedisClient, kind: ChannelKind, channel: string): Promise<number> {
  const counted = kind === "shard" ? "SHARDNUMSUB" : "NUMSUB";
  const nodes = await nodesOf(client);
  const counts = await Promise.all(
    nodes.map(async (node) => countIn(await callCommand(node, "pubsub", counted, channel))),
  );
  return counts.reduce((sum, one) => sum + one, 0);
}

/** The option `lazyConnect` has it wait. */
function wake(client: IoRedisClient): void {
  // What goes wrong is told by events.
  if (client.status === "wait") callCommand(client, "connect").catch(() => undefined);
}

/** How many of our lines hear a channel, by client. */
const hearers: WeakMap<IoRedisClient, Map<string, number>> = new WeakMap();

/** Counts the lines that hear a channel. @returns how many there are now. */
function countHearers(client: IoRedisClient, key: string, change: 1 | -1): number {
  const counts = hearers.get(client) ?? new Map<string, number>();
  hearers.set(client, counts);
  const now = (counts.get(key) ?? 0) + change;
  if (now === 0) counts.delete(key);
  else counts.set(key, now);
  return now;
}

/** A client that publishes. */
export function ioRedisPublisher(client: IoRedisClient, toBuffer: ToBuffer): PublishingLine {
  let mouth: unknown = client;

  /** A cluster takes any of its nodes for each message, so that they would overtake each other: it is always the same one. */
  async function publish(channel: string, bytes: Uint8Array): Promise<unknown> {
    if ("nodes" in client && (mouth === client || isLost(mouth))) {
      const masters = await nodesOf(client, "master");
      mouth = masters.find((node) => !isLost(node)) ?? client;
    }
    return callCommand(mouth, "publish", channel, bytes);
  }

  wake(client);
  return {
    get isReady() {
      return isIoRedisReady(client);
    },
    onChange: (listener) => listenTo(client, IO_REDIS_CHANGES, listener),
    publish: (kind, channel, bytes) =>
      kind === "shard" ? callCommand(client, "spublish", channel, toBuffer(bytes)) : publish(channel, toBuffer(bytes)),
    count: (kind, channel) => count(client, kind, channel),
  };
}

/** @throws TypeError for a cluster whose client cannot hear what lives on shards. */
export function checkShards(client: IoRedisClient): void {
  if (!("nodes" in client) || memberOf(Reflect.get(client, "options"), "shardedSubscribers") === true) return;
  throw new TypeError(
    "Cannot hear sharded channels by this client of a cluster: give it the option shardedSubscribers: true, which ioredis has in its later versions of 5",
  );
}

/** What a cluster's client tells of as an error when a node has said something unasked. */
const IS_CONFUSED = /queue state/i;

/** A client that hears. */
export function ioRedisHearer(client: IoRedisClient): HearingLine {
  const listeners = new Map<string, Listener>();
  const hear = (kind: ChannelKind, channel: unknown, bytes: Uint8Array): void =>
    listeners.get(`${kind} ${String(channel)}`)?.(bytes);
  const onMessage = (channel: unknown, bytes: Uint8Array): void => hear("channel", channel, bytes);
  const onPattern = (pattern: unknown, _channel: unknown, bytes: Uint8Array): void => hear("pattern", pattern, bytes);
  const onShard = (channel: unknown, bytes: Uint8Array): void => hear("shard", channel, bytes);
  const onNodeError = async (error: unknown): Promise<void> => {
    if (!IS_CONFUSED.test(String(error))) return;
    // The client is still at what it tells of, and would throw it where nobody could catch it.
    await Promise.resolve();
    // Then it is ready once more, and the bus subscribes anew.
    if (isIoRedisReady(client)) await callCommand(client, "disconnect", true).catch(() => undefined);
  };
  const events = eventsOf(client);
  events.on("nodeError", onNodeError);
  events.on("messageBuffer", onMessage);
  events.on("pmessageBuffer", onPattern);
  events.on("smessageBuffer", onShard);
  wake(client);
  return {
    get isReady() {
      return isIoRedisReady(client);
    },
    onChange: (listener) => listenTo(client, IO_REDIS_CHANGES, listener),
    async subscribe(kind, channel, listener) {
      const key = `${kind} ${channel}`;
      if (!listeners.has(key)) countHearers(client, key, 1);
      listeners.set(key, listener);
      await callCommand(client, SUBSCRIBE[kind], channel);
    },
    async unsubscribe(kind, channel) {
      const key = `${kind} ${channel}`;
      if (!listeners.delete(key)) return;
      if (countHearers(client, key, -1) === 0) await callCommand(client, UNSUBSCRIBE[kind], channel);
    },
    close() {
      events.off("nodeError", onNodeError);
      events.off("messageBuffer", onMessage);
      events.off("pmessageBuffer", onPattern);
      events.off("smessageBuffer", onShard);
    },
  };
}
