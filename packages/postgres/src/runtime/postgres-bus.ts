// The bus on a process: what programs call.
// Place: program -> **composition root** -> bus -> PostgreSQL

import type { Bus } from "@bowline/adapter/cluster";
import type { PostgresPool } from "../client-types.ts";
import type { PostgresBusOptions } from "../options.ts";
import { createPostgresBus } from "../postgres-bus.ts";
import { surroundings } from "./surroundings.ts";

/**
 * Connects the nodes of a cluster by PostgreSQL 12 or later.
 *
 * One connection of the pool is the bus's own; questions to the log and the store take others for a moment. The pool stays
 * the program's: closing the bus does not end it.
 * @param pool a `Pool` of the package `pg`.
 * @param options names, limits and times; all of them have defaults.
 * @throws TypeError or RangeError for options that make no sense.
 * @example
 * import { createCluster } from "@bowline/adapter/cluster";
 * import { Server } from "@bowline/server";
 * import { Pool } from "pg";
 *
 * const cluster = createCluster({ bus: postgresBus(new Pool()) });
 * const io = new Server(3000, { cluster });
 */
export function postgresBus(pool: PostgresPool, options: PostgresBusOptions = {}): Bus {
  return createPostgresBus(pool, options, surroundings);
}
