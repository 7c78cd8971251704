// Four connections of our own as a bus over streams, on Node.
// Place: streams bus -> command line -> **client of Redis** -> Redis

import { randomUUID } from "node:crypto";
import type { RedisBusOptions } from "../../pub-sub-bus.ts";
import type { RedisClient } from "../../redis-client.ts";
import { openBus, openShardedBus } from "../../runtime/open-lines.ts";
import { surroundings } from "../../runtime/surroundings.ts";
import type { RecordForm } from "../record-form.ts";
import { StreamsBus } from "../streams-bus.ts";
import { closeOwn, commandLineOf, openOwn } from "./open-commands.ts";

/** How streams look. */
export interface StreamsSettings extends RedisBusOptions {
  readonly form: RecordForm;
  readonly maxEntries: number;
  /** What decides, in a cluster, on which shard the streams are. */
  readonly hashTag: string;
  keyOf(topic: string): string;
  /** Whether topics are channels that live on shards. */
  readonly isSharded?: boolean;
}

/** Opens the connections. @throws TypeError where something else than a client that can be duplicated is handed in. */
export function openStreams(client: RedisClient, settings: StreamsSettings): StreamsBus {
  const { form, maxEntries, hashTag, keyOf, isSharded = false, ...options } = settings;
  const [publisher, subscriber] = [openOwn(client), openOwn(client)];
  const topics = isSharded
    ? openShardedBus(publisher, subscriber, options)
    : openBus(publisher, subscriber, () => "channel", options);
  return new StreamsBus({
    topics,
    closeTopics() {
      closeOwn(publisher);
      closeOwn(subscriber);
    },
    commands: commandLineOf(openOwn(client)),
    waiting: commandLineOf(openOwn(client)),
    maxEntries,
    form,
    keyOf,
    wakeKey: `{${hashTag}}wake#${randomUUID()}`,
    surroundings,
  });
}
