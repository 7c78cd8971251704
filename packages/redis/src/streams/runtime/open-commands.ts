// Connections of our own beside a client that a program has handed in, as command lines, on Node.
// Place: streams bus -> command line -> **client of Redis** -> Redis
// Rules: they are like the program's client, but refuse what they cannot send now, and never send anything twice.

import { memberOf } from "../../foreign-values.ts";
import { IO_REDIS_CHANGES, isIoRedisReady } from "../../ioredis-line.ts";
import { isNodeRedisReady, NODE_REDIS_CHANGES } from "../../node-redis-line.ts";
import {
  callCommand,
  isNodeRedis,
  isNodeRedisCluster,
  listenTo,
  type RedisClient,
  sendByNodeRedis,
} from "../../redis-client.ts";
import { ClusterNodes } from "../cluster-nodes.ts";
import type { CommandLine } from "../command-line.ts";

/** How node-redis gives texts: 36 is the type of texts in its answers, as version 5 asks; version 4 has a switch. */
const AS_BYTES = { returnBuffers: true, typeMapping: { 36: Buffer } };

/** An error of a client is told by the status of the bus: without a listener it would end the process. */
function noError(): void {}

/** A client with events. */
interface OwnClient {
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** A second client like the one that was handed in. */
function asOwn(made: unknown): RedisClient & OwnClient;
function asOwn(made: unknown): unknown {
  return made;
}

function duplicate(client: RedisClient, ...overrides: readonly object[]): RedisClient & OwnClient {
  const method: unknown = Reflect.get(client, "duplicate");
  if (typeof method !== "function") {
    throw new TypeError(
      "Cannot use the client of Redis for streams: it has no method duplicate(); hand in a client of node-redis or ioredis for one server or a cluster, or a Sentinel's of ioredis",
    );
  }
  const made = asOwn(Reflect.apply(method, client, overrides));
  made.on("error", noError);
  return made;
}

/** Connects once more. @returns the client, which connects by itself. */
export function openOwn(client: RedisClient): RedisClient & OwnClient {
  if (isNodeRedis(client)) {
    const impatient = { disableOfflineQueue: true };
    const overrides = isNodeRedisCluster(client) ? { defaults: withMembers(client, "defaults", impatient) } : impatient;
    const own = duplicate(client, overrides);
    // Its client tells of failures by events, and tries again by itself.
    callCommand(own, "connect").catch(noError);
    return own;
  }
  const impatient = {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    lazyConnect: false,
    // What is on its way when the connection breaks is told at once; without this nobody would ever hear of it.
    maxRetriesPerRequest: 0,
  };
  if (!("nodes" in client)) return duplicate(client, impatient);
  const ofNodes = withMembers(client, "redisOptions", { autoResendUnfulfilledCommands: false });
  const own = duplicate(client, [], {
    redisOptions: ofNodes,
    enableOfflineQueue: false,
    retryDelayOnFailover: 0,
    lazyConnect: false,
  });
  if (hasNodes(own)) nodesOf.set(own, new ClusterNodes(own));
  return own;
}

/** The nodes of those of our own clients that are of a cluster, by ioredis. */
const nodesOf: WeakMap<RedisClient, ClusterNodes> = new WeakMap();

function hasNodes<Client extends object>(client: Client): client is Client & { nodes(): unknown } {
  return "nodes" in client && typeof client.nodes === "function";
}

/** One of the options of a client, with more members. */
function withMembers(client: RedisClient, option: string, members: object): object {
  const options = memberOf(memberOf(client, "options") ?? memberOf(client, "_options"), option);
  return typeof options === "object" ? { ...options, ...members } : members;
}

/** Ends a connection of our own. */
export function closeOwn(client: RedisClient): void {
  // Version 5 of node-redis; the others call it otherwise.
  const end = "destroy" in client ? "destroy" : "disconnect";
  callCommand(client, end).catch(noError);
}

function toBuffer(part: string | Uint8Array): string | Buffer {
  return typeof part === "string" ? part : Buffer.from(part.buffer, part.byteOffset, part.byteLength);
}

/** A connection of our own as a command line. */
export function commandLineOf(client: RedisClient & OwnClient): CommandLine {
  const nodes = nodesOf.get(client);
  return {
    get isReady() {
      if (nodes?.areReached === false) return false;
      return isNodeRedis(client) ? isNodeRedisReady(client) : isIoRedisReady(client);
    },
    onChange(listener) {
      const ends = [
        listenTo(client, isNodeRedis(client) ? NODE_REDIS_CHANGES : IO_REDIS_CHANGES, listener),
        nodes?.onChange(listener),
      ];
      return () => {
        for (const end of ends) end?.();
      };
    },
    send(key, ...command) {
      const parts = command.map(toBuffer);
      return isNodeRedis(client)
        ? sendByNodeRedis(client, key, parts, AS_BYTES)
        : callCommand(client, "callBuffer", ...parts);
    },
    close: () => closeOwn(client),
  };
}
