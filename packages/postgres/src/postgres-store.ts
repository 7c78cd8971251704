// The store in PostgreSQL: a row for each key, with its fence, for a while.
// Place: cluster -> bus (**store**) -> link -> PostgreSQL
// Rules: one statement for each call, so that two takers never get the same value: the second one waits for the row and finds
//        it empty; a fence lasts as long as its value would have; times are PostgreSQL's.

import type { BusStore } from "@bowline/adapter/cluster";
import { KeyedQueue } from "./keyed-queue.ts";
import type { Link } from "./link.ts";
import { keyName } from "./names.ts";
import type { ResolvedOptions } from "./options.ts";
import { readBytes, readNumber } from "./rows.ts";
import type { Surroundings } from "./surroundings.ts";

const ALIVE = "expires_at > clock_timestamp()";

/** Makes the store of a bus. */
export function createPostgresStore(link: Link, options: ResolvedOptions, digest: Surroundings["digest"]): BusStore {
  const table = options.tables.store;
  const queue = new KeyedQueue();
  const nameOf = (key: string): string => keyName(options.channelPrefix, key, digest);

  /** Raises the fence of a value, for one caller alone; what is taken is no longer there. */
  async function claim(how: "take" | "claim", key: string): ReturnType<BusStore["take"]> {
    const { rows } = await queue.run(key, () =>
      link.queryPool(
        `${how} "${key}"`,
        `WITH found AS (
           SELECT key, value FROM ${table} WHERE key = $1 AND value IS NOT NULL AND ${ALIVE} FOR UPDATE
         )
         UPDATE ${table} AS kept SET value = ${how === "take" ? "NULL" : "found.value"}, fence = kept.fence + 1 FROM found
         WHERE kept.key = found.key RETURNING found.value, kept.fence`,
        [nameOf(key)],
      ),
    );
    const row = rows[0];
    return row === undefined ? undefined : { value: readBytes(row, "value"), fence: readNumber(row, "fence") };
  }

  return {
    async put(key, value, fence, ttlMs) {
      // As it is now: what the caller does with its bytes afterwards is no longer part of it.
      const kept = new Uint8Array(value);
      await queue.run(key, () =>
        link.queryPool(
          `keep "${key}"`,
          `INSERT INTO ${table} AS kept (key, value, fence, expires_at)
           VALUES ($1, $2, $3::bigint, clock_timestamp() + $4 * interval '1 millisecond')
           ON CONFLICT (key) DO UPDATE
           SET value = excluded.value, fence = excluded.fence, expires_at = excluded.expires_at
           WHERE kept.fence <= excluded.fence OR NOT kept.${ALIVE}`,
          [nameOf(key), kept, fence, ttlMs],
        ),
      );
    },
    take: (key) => claim("take", key),
    claim: (key) => claim("claim", key),
    async drop(key, fence) {
      await queue.run(key, () =>
        link.queryPool(
          `drop "${key}"`,
          `UPDATE ${table} SET value = NULL WHERE key = $1 AND fence <= $2::bigint AND ${ALIVE}`,
          [nameOf(key), fence],
        ),
      );
    },
  };
}
