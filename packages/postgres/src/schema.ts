// The tables of the bus, and what is deleted from them.
// Place: bus -> **schema** -> link -> PostgreSQL
// Rules: nodes that start at the same time create them one after the other; where they are there no right to create is
//        needed; what only waits to be fetched is not written to the write-ahead log.

import type { ResolvedOptions } from "./options.ts";

/** What nodes hold while they create tables, so that two of them do not do it at once: any number that others do not use. */
const CREATE_LOCK = 6_283_185_307;

/** Asks which tables are missing. */
export function missingTables({ tables, keeps }: ResolvedOptions): { text: string; values: unknown[] } {
  const names = keeps ? [tables.attachments, tables.log, tables.heads, tables.store] : [tables.attachments];
  return { text: "SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL", values: [names] };
}

/** Creates what is missing; one query, and so one transaction. */
export function createTables({ tables, indexes, keeps }: ResolvedOptions): string {
  const attachments = `CREATE UNLOGGED TABLE IF NOT EXISTS ${tables.attachments} (
    id bigserial PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT now(), payload bytea NOT NULL)`;
  const kept = [
    `CREATE TABLE IF NOT EXISTS ${tables.heads} (topic text PRIMARY KEY, epoch bigint NOT NULL, seq bigint NOT NULL)`,
    `CREATE TABLE IF NOT EXISTS ${tables.log} (
      topic text NOT NULL, epoch bigint NOT NULL, seq bigint NOT NULL, payload bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (topic, epoch, seq))`,
    `CREATE INDEX IF NOT EXISTS ${indexes.log} ON ${tables.log} (created_at)`,
    `CREATE TABLE IF NOT EXISTS ${tables.store} (
      key text PRIMARY KEY, value bytea, fence bigint NOT NULL, expires_at timestamptz NOT NULL)`,
    `CREATE INDEX IF NOT EXISTS ${indexes.store} ON ${tables.store} (expires_at)`,
  ];
  return [`SELECT pg_advisory_xact_lock(${CREATE_LOCK})`, attachments, ...(keeps ? kept : [])].join(";\n");
}

/** What one statement of a clean-up deletes at most: locks are held for a moment, and not for a backlog of hours. */
export const CLEANUP_ROWS = 5_000;

/** A statement that deletes a bounded number of rows, and tells how many as `gone`. */
export interface Cleanup {
  readonly text: string;
  readonly values: unknown[];
}

/** @param rows selects the row pointers, the eldest first. */
function deleteSome(table: string, rows: string): string {
  return `WITH gone AS (DELETE FROM ${table} WHERE ctid = ANY(ARRAY(${rows} LIMIT ${CLEANUP_ROWS})) RETURNING 1)
    SELECT count(*)::int AS gone FROM gone`;
}

/** Deletes what is out of date; of a log the eldest entries first, so that it has no hole at any time. */
export function cleanup(options: ResolvedOptions): readonly Cleanup[] {
  const { tables, keeps } = options;
  const age = "clock_timestamp() - $1 * interval '1 millisecond'";
  const attachments = {
    text: deleteSome(tables.attachments, `SELECT ctid FROM ${tables.attachments} WHERE created_at < ${age}`),
    // Who has not fetched an attachment by then has given up waiting for it.
    values: [Math.max(options.cleanupIntervalMs, 3 * options.answerTimeoutMs)],
  };
  if (!keeps) return [attachments];
  const entries = `SELECT entry.ctid FROM ${tables.log} AS entry JOIN ${tables.heads} AS head USING (topic)`;
  return [
    attachments,
    {
      text: deleteSome(
        tables.log,
        `SELECT ctid FROM ${tables.log} WHERE created_at < ${age} ORDER BY created_at, epoch, seq`,
      ),
      values: [options.logMaxAgeMs],
    },
    {
      text: deleteSome(
        tables.log,
        `${entries} WHERE entry.epoch = head.epoch AND entry.seq <= head.seq - $1::bigint ORDER BY entry.seq`,
      ),
      values: [options.logMaxEntries],
    },
    { text: deleteSome(tables.log, `${entries} WHERE entry.epoch < head.epoch`), values: [] },
    {
      text: deleteSome(tables.store, `SELECT ctid FROM ${tables.store} WHERE expires_at < clock_timestamp()`),
      values: [],
    },
  ];
}
