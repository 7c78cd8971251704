// The list of @bowline/redis/streams: nodes over Redis whose clients come back on another node and miss nothing.
// Place: cluster adapter -> wire -> **bus** -> client of Redis -> Redis

import type { Bus } from "@bowline/adapter/cluster";
import type { RedisClient } from "../../redis-client.ts";
import { OWN_RECORDS } from "../record-form.ts";
import { openStreams } from "./open-streams.ts";

export type { RedisClient } from "../../redis-client.ts";
export { createAdapter, type RedisStreamsAdapterOptions } from "./streams-adapter.ts";

/** What is told of a bus over streams. */
export interface RedisStreamsOptions {
  /**
   * How many events of each namespace Redis keeps, about: it lets go of them in blocks. Who would need others starts anew.
   * An event takes up about 100 bytes more than its data. @default 100000
   */
  readonly maxLogEntries?: number;
  /**
   * What the names of all streams begin with, in braces. In a cluster of Redis it decides which shard has them: clusters of
   * servers with other tags are on others. @default "bowline"
   */
  readonly hashTag?: string;
  /** What one message may have at most, in bytes. @default 16777216 (16 MiB) */
  readonly maxMessageBytes?: number;
}

const DEFAULT_ENTRIES = 100_000;

/**
 * Connects nodes by Redis, with a log and a store: with `connectionStateRecovery`, clients whose node has died go on with
 * their sessions on another one.
 *
 * Four connections of its own are opened, like the one that is handed in, and closed with the server.
 * @param client of one server, a Sentinel or a cluster; it is not used itself, and stays as it is.
 * @throws TypeError where something else than such a client is handed in, TypeError or RangeError for an option that makes no sense.
 * @example
 * import { createCluster } from "@bowline/adapter/cluster";
 * import { Server } from "@bowline/server";
 * import { createClient } from "redis";
 *
 * const client = createClient({ url: "redis://localhost:6379" });
 * const cluster = createCluster({ bus: redisStreamsBus(client) });
 * const io = new Server(3000, { cluster, connectionStateRecovery: {} });
 */
export function redisStreamsBus(client: RedisClient, options: RedisStreamsOptions = {}): Bus {
  const { maxLogEntries = DEFAULT_ENTRIES, hashTag = "bowline", maxMessageBytes } = options;
  if (!Number.isSafeInteger(maxLogEntries) || maxLogEntries < 1) {
    throw new RangeError(`Cannot use the option maxLogEntries "${maxLogEntries}": give a whole number, 1 or more`);
  }
  if (hashTag === "" || hashTag.includes("}")) {
    throw new TypeError(`Cannot use the option hashTag "${hashTag}": give a text without closing braces`);
  }
  return openStreams(client, {
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    form: OWN_RECORDS,
    maxEntries: maxLogEntries,
    hashTag,
    keyOf: (topic) => `{${hashTag}}${topic}`,
  });
}
