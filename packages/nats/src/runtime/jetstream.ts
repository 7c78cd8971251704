// The bus over JetStream on a process: what programs call.
// Place: program -> **composition root** -> bus -> NATS and JetStream

import type { Bus } from "@bowline/adapter/cluster";
import type { NatsConnection } from "../client-types.ts";
import { JetStreamLog } from "../jetstream-log.ts";
import { type JetStreamBusOptions, resolveKeeping } from "../jetstream-options.ts";
import { createJetStreamStore } from "../jetstream-store.ts";
import type { JetStream } from "../jetstream-types.ts";
import { createNatsBus } from "../nats-bus.ts";
import { surroundings } from "./surroundings.ts";

export type { NatsConnection, NatsMessage, NatsStatus, NatsSubscription } from "../client-types.ts";
export type { JetStreamBusOptions } from "../jetstream-options.ts";
export type {
  JetStream,
  JetStreamClient,
  JetStreamManager,
  StreamConsumer,
  StreamConsumption,
  StreamFacts,
  StreamMessage,
  StreamWishes,
} from "../jetstream-types.ts";
export type { NatsBusOptions } from "../options.ts";

/**
 * Connects the nodes of a cluster by NATS 2.9 or later, with a log and a store in JetStream, which recovery needs.
 * @param connection of @nats-io/transport-node 3; it stays the program's.
 * @param jetstream both parts of @nats-io/jetstream 3, made of the same connection.
 * @param options the first token of subjects, times and limits; all of them have defaults.
 * @throws TypeError or RangeError for options that make no sense.
 * @example
 * import { createCluster } from "@bowline/adapter/cluster";
 * import { Server } from "@bowline/server";
 * import { jetstream, jetstreamManager } from "@nats-io/jetstream";
 * import { connect } from "@nats-io/transport-node";
 *
 * const connection = await connect({ servers: "localhost:4222", maxReconnectAttempts: -1 });
 * const bus = jetstreamBus(connection, {
 *   client: jetstream(connection),
 *   manager: await jetstreamManager(connection),
 * });
 * const io = new Server(3000, { cluster: createCluster({ bus }), connectionStateRecovery: {} });
 */
export function jetstreamBus(connection: NatsConnection, jetstream: JetStream, options: JetStreamBusOptions = {}): Bus {
  const keeping = resolveKeeping(options);
  return createNatsBus(connection, options, surroundings, (link, prefix) => {
    const host = { jetstream, link, prefix, surroundings };
    const log = new JetStreamLog(host, keeping);
    return { log, store: createJetStreamStore(host, keeping), close: () => log.close() };
  });
}
