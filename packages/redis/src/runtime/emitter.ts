// The list of @bowline/redis/emitter: sends to the clients of a cluster from a program that is no node of it.
// Place: **emitter** -> wire -> client of Redis -> Redis -> the nodes
// Rules: the constructor and its options are those of @socket.io/redis-emitter 5.

import type { DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import { RemoteEmitter } from "../emitter/emitter.ts";
import type { RedisClient } from "../redis-client.ts";
import { upstreamWire } from "../upstream-wire.ts";
import type { ValueParser } from "../wire-bytes.ts";
import { openPublisher } from "./open-lines.ts";

export type { RemoteEmitter } from "../emitter/emitter.ts";
export type { RedisClient } from "../redis-client.ts";
export type { ValueParser } from "../wire-bytes.ts";

/** How an emitter writes. */
export interface EmitterOptions {
  /** What all channels begin with: the `key` of the servers' adapters. @default "socket.io" */
  readonly key?: string;
  /** What writes broadcasts: the `parser` of the servers' adapters. @default MessagePack */
  readonly parser?: ValueParser;
}

/**
 * Sends to the clients of all servers that have `createAdapter` of @bowline/redis, or @socket.io/redis-adapter.
 * @typeParam Emit events that clients get.
 * @typeParam ServerSide events that servers get.
 * @example
 * import { createClient } from "redis";
 *
 * const client = createClient({ url: "redis://localhost:6379" });
 * const emitter = new Emitter(client);
 * client.connect().then(() => emitter.to("readers").emit("news", "the doors are open"));
 */
export class Emitter<
  Emit extends EventsMap = DefaultEventsMap,
  ServerSide extends EventsMap = DefaultEventsMap,
> extends RemoteEmitter<Emit, ServerSide> {
  /**
   * @param client one that is connected, or will be; it stays open.
   * @param namespace the one that is addressed until `of` says another.
   * @throws TypeError where something else than a client is handed in.
   */
  constructor(client: RedisClient, options: EmitterOptions = {}, namespace = "/") {
    const line = openPublisher(client);
    super(
      { wire: upstreamWire(options), publish: (channel, bytes) => line.publish("channel", channel, bytes) },
      namespace,
    );
  }
}
