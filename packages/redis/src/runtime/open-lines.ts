// Clients of Redis that a program has handed in, as lines, on Node.
// Place: bus -> **client of Redis** -> Redis

import { memberOf } from "../foreign-values.ts";
import { checkShards, ioRedisHearer, ioRedisPublisher } from "../ioredis-line.ts";
import { checkNodeRedisShards, nodeRedisHearer, nodeRedisPublisher } from "../node-redis-line.ts";
import { PubSubBus, type RedisBusOptions } from "../pub-sub-bus.ts";
import {
  type ChannelKind,
  eventsOf,
  type HearingLine,
  isNodeRedis,
  type PublishingLine,
  type RedisClient,
} from "../redis-client.ts";
import { surroundings } from "./surroundings.ts";

/** The same memory as a Buffer. */
function toBuffer(bytes: Uint8Array): Uint8Array {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** An error of a client is told by the status of the bus: without a listener it would end the process. */
function noError(): void {}

const guarded: WeakSet<RedisClient> = new WeakSet();

function guardClient(client: RedisClient): void {
  if (guarded.has(client)) return;
  guarded.add(client);
  eventsOf(client).on("error", noError);
}

/** @throws TypeError where something else than a client was handed in. */
function checkClient(client: RedisClient, role: string): void {
  const given: unknown = client;
  const isClient = typeof given === "object" && given !== null && typeof Reflect.get(given, "publish") === "function";
  if (isClient) return;
  throw new TypeError(`Cannot use "${String(given)}" to ${role}: hand in a client of node-redis or ioredis`);
}

/** A client that publishes. */
export function openPublisher(client: RedisClient): PublishingLine {
  checkClient(client, "publish");
  guardClient(client);
  return isNodeRedis(client) ? nodeRedisPublisher(client, toBuffer) : ioRedisPublisher(client, toBuffer);
}

/** A client that hears. */
export function openHearer(client: RedisClient): HearingLine {
  checkClient(client, "subscribe");
  guardClient(client);
  return isNodeRedis(client) ? nodeRedisHearer(client) : ioRedisHearer(client);
}

/** @throws TypeError where a client that subscribes would have to publish, which the second version of Redis' protocol forbids. */
function checkPair(publisher: RedisClient, subscriber: RedisClient): void {
  const options: unknown = Reflect.get(Object(publisher), "options");
  if (publisher !== subscriber || memberOf(options, "RESP") === 3) return;
  throw new TypeError("Cannot publish and subscribe by one client of Redis: hand in a second one, client.duplicate()");
}

/** Both of them as a bus. */
export function openBus(
  publisher: RedisClient,
  subscriber: RedisClient,
  kindOf: (topic: string) => ChannelKind,
  options: RedisBusOptions,
): PubSubBus {
  checkPair(publisher, subscriber);
  return new PubSubBus(
    {
      publisher: openPublisher(publisher),
      subscriber: openHearer(subscriber),
      kindOf,
      surroundings,
    },
    options,
  );
}

/**
 * As `openBus`, with channels that live on one shard each.
 * @throws TypeError for a client that cannot hear them.
 */
export function openShardedBus(publisher: RedisClient, subscriber: RedisClient, options: RedisBusOptions): PubSubBus {
  checkClient(subscriber, "subscribe");
  if (isNodeRedis(subscriber)) checkNodeRedisShards(subscriber);
  else checkShards(subscriber);
  return openBus(publisher, subscriber, () => "shard", options);
}
