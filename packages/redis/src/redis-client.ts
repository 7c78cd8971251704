// What is used of the clients of Redis that programs hand in, and the one small form in which the rest of the package sees them.
// Place: bus -> **client of Redis** -> Redis
// Rules: both libraries are known by their shapes, and neither is imported; a line is one connection, or one cluster.

import { listOf } from "./foreign-values.ts";

/** How a subscription hears: one channel, all channels of a pattern, or a channel that lives on one shard. */
export type ChannelKind = "channel" | "pattern" | "shard";

/** Takes what comes over a channel. */
export type Listener = (bytes: Uint8Array) => void;

/** A connection that publishes. */
export interface PublishingLine {
  /** Whether commands get through now, as far as the client knows. */
  readonly isReady: boolean;
  /** Told whenever `isReady` may be another one, and of each connection anew. @returns what ends that. */
  onChange(listener: () => void): () => void;
  publish(kind: ChannelKind, channel: string, bytes: Uint8Array): Promise<unknown>;
  /** How many connections hear a channel; those of patterns are not counted. */
  count(kind: ChannelKind, channel: string): Promise<number>;
}

/** A connection that hears. */
export interface HearingLine {
  readonly isReady: boolean;
  onChange(listener: () => void): () => void;
  /** Hears a channel; for one that is heard already it sees to it that Redis knows. */
  subscribe(kind: ChannelKind, channel: string, listener: Listener): Promise<unknown>;
  unsubscribe(kind: ChannelKind, channel: string): Promise<unknown>;
  /** Lets go of the client, which stays open. */
  close(): void;
}

/** Bytes in, a Buffer and no other array out: what a client of Redis takes for bytes. */
export type ToBuffer = (bytes: Uint8Array) => Uint8Array;

/** A client of node-redis 4 or 5, of one server, a Sentinel or a cluster; what is called of it beyond these has no type here. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  /** Clusters do not say. */
  readonly isReady?: boolean;
  on(...args: never[]): unknown;
  off(...args: never[]): unknown;
  publish(...args: never[]): unknown;
  pSubscribe(...args: never[]): unknown;
}

/** A client of ioredis 5, of one server, a Sentinel or a cluster. */
export interface IoRedisClient {
  readonly status: string;
  on(...args: never[]): unknown;
  off(...args: never[]): unknown;
  publish(...args: never[]): unknown;
  psubscribe(...args: never[]): unknown;
}

/** A client that a program hands in. */
export type RedisClient = NodeRedisClient | IoRedisClient;

/** Whether a client is of node-redis; ioredis writes its commands in small letters. */
export function isNodeRedis(client: RedisClient): client is NodeRedisClient {
  return "pSubscribe" in client && typeof client.pSubscribe === "function";
}

/** Anything that tells of events, as both libraries do. */
interface EventSource {
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
}

/** A client as what tells of events. */
export function eventsOf(client: RedisClient): EventSource;
export function eventsOf(client: unknown): unknown {
  return client;
}

/** Listens to several events of a client. @returns what ends that. */
export function listenTo(client: RedisClient, events: readonly string[], listener: () => void): () => void {
  const source = eventsOf(client);
  for (const event of events) source.on(event, listener);
  return () => {
    for (const event of events) source.off(event, listener);
  };
}

/**
 * Calls a command that not every client has, such as those of shards.
 * @throws TypeError (as a rejection) where the client does not have it.
 */
export async function callCommand(client: unknown, name: string, ...args: readonly unknown[]): Promise<unknown> {
  const command: unknown = typeof client === "object" && client !== null ? Reflect.get(client, name) : undefined;
  if (typeof command !== "function") {
    throw new TypeError(
      `Cannot call "${name}" of the client of Redis: it has no such method; hand in a client of node-redis 4.6 or later, or ioredis 5`,
    );
  }
  const result: unknown = await Reflect.apply(command, client, args);
  return result;
}

/**
 * Sends a command by a client of node-redis, of which each kind has its own order of arguments.
 * @param key what a cluster finds the node by.
 */
export function sendByNodeRedis(
  client: NodeRedisClient,
  key: string,
  command: readonly (string | Uint8Array)[],
  ...options: readonly object[]
): Promise<unknown> {
  if (isNodeRedisCluster(client)) return callCommand(client, "sendCommand", key, false, command, ...options);
  if ("getMasterNode" in client) return callCommand(client, "sendCommand", false, command, ...options);
  return callCommand(client, "sendCommand", command, ...options);
}

/** Whether a client of node-redis is of a cluster. */
export function isNodeRedisCluster(client: NodeRedisClient): boolean {
  return "masters" in client;
}

/** Reads the answer of `PUBSUB NUMSUB`: a channel and its number. */
export function countIn(answer: unknown): number {
  const count = Number(listOf(answer)?.[1]);
  if (Number.isSafeInteger(count)) return count;
  throw new TypeError("Cannot count the nodes: Redis answered PUBSUB with something else than a channel and a number");
}
