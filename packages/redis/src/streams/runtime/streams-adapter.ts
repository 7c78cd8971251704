// The function of @socket.io/redis-streams-adapter under its own name: nodes of ours beside nodes of upstream's on one stream.
// Place: server -> **adapter** -> cluster -> wire of streams -> bus -> Redis
// Rules: names and defaults are upstream's; what would have our nodes and theirs miss each other is refused.

import type { AdapterFactory } from "@bowline/adapter";
import type { RedisClient } from "../../redis-client.ts";
import { surroundings } from "../../runtime/surroundings.ts";
import { createFactory } from "../../runtime/upstream-adapters.ts";
import { StreamTopicBus } from "../stream-topic-bus.ts";
import { type Base64, UPSTREAM_RECORDS } from "../upstream-records.ts";
import { streamTopic, upstreamStreamsWire } from "../upstream-streams-wire.ts";
import { openStreams } from "./open-streams.ts";

/** Options of `createAdapter`. */
export interface RedisStreamsAdapterOptions {
  /** The key of the stream. @default "socket.io" */
  readonly streamName?: string;
  /** How many streams there are: one. @default 1 */
  readonly streamCount?: number;
  /** What all channels begin with. @default "socket.io" */
  readonly channelPrefix?: string;
  /** Whether channels are those of Redis 7 that live on one shard. @default false */
  readonly useShardedPubSub?: boolean;
  /** How many entries the stream has, about. @default 10000 */
  readonly maxLen?: number;
  /** Whether no event has bytes in it, so that nobody looks. @default false */
  readonly onlyPlaintext?: boolean;
  /** How long other nodes may take to answer, in milliseconds. @default 5000 */
  readonly requestsTimeout?: number;
}

const BASE64: Base64 = {
  encode: (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"),
  decode: (text) => Buffer.from(text, "base64"),
};

/** The part of a key that decides on its shard. */
const tagOf = (key: string): string => /\{([^}]+)\}/.exec(key)?.[1] ?? key;

/**
 * Makes adapters that understand @socket.io/redis-streams-adapter 0.3, and take its place in a fleet node by node.
 *
 * Sessions are not recovered by them. Where all nodes are of Bowline, `redisStreamsBus` does that.
 * @param client of one server, a Sentinel or a cluster; four connections like it are opened, and closed with the server.
 * @param options those that the other nodes have as well.
 * @returns what the option `adapter` of a server takes.
 * @throws TypeError where something else than a client is handed in, or where there are several streams.
 * @throws RangeError for a length that is none.
 * @example
 * import { Server } from "@bowline/server";
 * import { createClient } from "redis";
 *
 * const client = createClient({ url: "redis://localhost:6379" });
 * const io = new Server(3000, { adapter: createAdapter(client) });
 */
export function createAdapter(client: RedisClient, options: RedisStreamsAdapterOptions = {}): AdapterFactory["create"] {
  const { streamName = "socket.io", streamCount = 1, channelPrefix = "socket.io", maxLen = 10_000 } = options;
  const { onlyPlaintext = false, useShardedPubSub = false, requestsTimeout } = options;
  if (streamCount !== 1) {
    throw new TypeError(`Cannot use the option streamCount "${streamCount}": give 1, to the other nodes as well`);
  }
  if (!Number.isSafeInteger(maxLen) || maxLen < 1) {
    throw new RangeError(`Cannot use the option maxLen "${maxLen}": give a whole number, 1 or more`);
  }
  const wire = upstreamStreamsWire({ streamName, channelPrefix, onlyPlaintext, base64: BASE64 });
  const settings = {
    form: UPSTREAM_RECORDS,
    maxEntries: maxLen,
    hashTag: tagOf(streamName),
    keyOf: () => streamName,
    isSharded: useShardedPubSub,
  };
  const open = () => new StreamTopicBus(openStreams(client, settings), streamTopic(streamName), surroundings);
  return createFactory(channelPrefix, wire, open, requestsTimeout);
}
