// The bus on a process: what programs call.
// Place: program -> **composition root** -> bus -> NATS

import type { Bus } from "@bowline/adapter/cluster";
import type { NatsConnection } from "../client-types.ts";
import { createNatsBus } from "../nats-bus.ts";
import type { NatsBusOptions } from "../options.ts";
import { surroundings } from "./surroundings.ts";

/**
 * Connects the nodes of a cluster by core NATS: without a log and a store, and so without recovery on another node.
 *
 * The connection stays the program's; have it try to reconnect for ever (`maxReconnectAttempts: -1`), since one that has
 * given up is closed, and the bus with it.
 * @param connection of @nats-io/transport-node 3.
 * @param options the first token of subjects, and times; all of them have defaults.
 * @throws TypeError or RangeError for options that make no sense.
 * @example
 * import { createCluster } from "@bowline/adapter/cluster";
 * import { Server } from "@bowline/server";
 * import { connect } from "@nats-io/transport-node";
 *
 * const connection = await connect({ servers: "localhost:4222", maxReconnectAttempts: -1 });
 * const io = new Server(3000, { cluster: createCluster({ bus: natsBus(connection) }) });
 */
export function natsBus(connection: NatsConnection, options: NatsBusOptions = {}): Bus {
  return createNatsBus(connection, options, surroundings);
}
