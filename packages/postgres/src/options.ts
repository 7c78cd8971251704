// What a program decides of the bus, and what holds where it does not.
// Place: program -> **options** -> bus
// Rules: checked once, when the bus is made; the caller's object is never written to.

import { isChannelPrefix, MAX_IDENTIFIER_BYTES, MAX_PREFIX_LENGTH, quoteIdentifier } from "./names.ts";

/** The tables that the bus uses, by what they keep. */
export interface PostgresTables {
  /** Messages that are too large for NOTIFY. */
  readonly attachments: string;
  /** Entries of logs. */
  readonly log: string;
  /** How far each log has come. */
  readonly heads: string;
  /** Values under their keys. */
  readonly store: string;
}

/** What a program may decide of the bus. */
export interface PostgresBusOptions {
  /**
   * What the channels begin with: letters, digits, `_` and `-`, at most 18 of them. Buses with different ones do not hear each
   * other.
   * @default "bowline"
   */
  readonly channelPrefix?: string;
  /** The schema of the tables. @default the first one of the search path */
  readonly schema?: string;
  /**
   * The names of the tables.
   * @default bowline_attachments, bowline_log, bowline_log_heads, bowline_store
   */
  readonly tables?: Partial<PostgresTables>;
  /** Whether missing tables are created. @default true */
  readonly createTables?: boolean;
  /** Whether there is a log and a store, which recovery needs. @default true */
  readonly keeps?: boolean;
  /** What one message may have at most, in bytes. @default 33554432 (32 MiB) */
  readonly maxMessageBytes?: number;
  /**
   * How many connections of the pool the bus takes at a time for the log and the store, besides the one that is its own.
   * @default 2
   */
  readonly maxPoolConnections?: number;
  /** How long PostgreSQL may take for an answer before it counts as away, in milliseconds. @default 10000 */
  readonly answerTimeoutMs?: number;
  /** How often the connection is tried out, in milliseconds. @default 10000 */
  readonly pingIntervalMs?: number;
  /** The longest wait between two attempts to connect, in milliseconds. @default 5000 */
  readonly maxReconnectDelayMs?: number;
  /** How often what is out of date is deleted, in milliseconds. @default 30000 */
  readonly cleanupIntervalMs?: number;
  /** How long entries of the log are kept, in milliseconds. @default 300000 (5 minutes) */
  readonly logMaxAgeMs?: number;
  /** How many entries of a topic are kept. @default 100000 */
  readonly logMaxEntries?: number;
}

/** The options as the bus uses them; names of tables and indexes are in quotes. */
export interface ResolvedOptions extends Required<Omit<PostgresBusOptions, "schema" | "tables">> {
  readonly tables: PostgresTables;
  readonly indexes: Pick<PostgresTables, "log" | "store">;
}

const DEFAULTS = {
  channelPrefix: "bowline",
  createTables: true,
  keeps: true,
  maxMessageBytes: 32 * 1024 * 1024,
  maxPoolConnections: 2,
  answerTimeoutMs: 10_000,
  pingIntervalMs: 10_000,
  maxReconnectDelayMs: 5_000,
  cleanupIntervalMs: 30_000,
  logMaxAgeMs: 300_000,
  logMaxEntries: 100_000,
} as const satisfies Omit<ResolvedOptions, "tables" | "indexes">;

const TABLES: PostgresTables = {
  attachments: "bowline_attachments",
  log: "bowline_log",
  heads: "bowline_log_heads",
  store: "bowline_store",
};

const NUMBERS = [
  "maxMessageBytes",
  "maxPoolConnections",
  "answerTimeoutMs",
  "pingIntervalMs",
  "maxReconnectDelayMs",
  "cleanupIntervalMs",
  "logMaxAgeMs",
  "logMaxEntries",
] as const;

/** @throws RangeError for a message that is larger than the option allows. */
export function checkSize(what: string, bytes: Uint8Array, maxMessageBytes: number): void {
  if (bytes.byteLength <= maxMessageBytes) return;
  const limit = `it has ${bytes.byteLength} bytes, and the option maxMessageBytes allows ${maxMessageBytes}`;
  throw new RangeError(`Cannot ${what}: ${limit}`);
}

/** An index is called by the table and a word behind it. */
const INDEX_ENDING = "_by_age";
const LONGEST_TABLE_BYTES = MAX_IDENTIFIER_BYTES - INDEX_ENDING.length;

/**
 * Checks options and fills in what is left out.
 * @throws TypeError for names that cannot be used, RangeError for numbers.
 */
export function resolveOptions(options: PostgresBusOptions): ResolvedOptions {
  const { schema, tables, ...rest } = options;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const resolved = { ...DEFAULTS, ...given };
  if (!isChannelPrefix(resolved.channelPrefix)) {
    const rule = `it has 1 to ${MAX_PREFIX_LENGTH} letters, digits, "_" and "-"`;
    throw new TypeError(`Cannot use the channelPrefix ${JSON.stringify(resolved.channelPrefix)}: ${rule}`);
  }
  for (const name of NUMBERS) {
    const value = resolved[name];
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`Cannot use the option ${name} "${value}": it is a whole number, and at least 1`);
    }
  }
  const head = schema === undefined ? "" : `${quoteIdentifier(schema)}.`;
  const nameOf = (kind: keyof PostgresTables): string => {
    const name = tables?.[kind] ?? TABLES[kind];
    if (new TextEncoder().encode(name).byteLength > LONGEST_TABLE_BYTES) {
      throw new TypeError(`Cannot use the table name "${name}": it may have ${LONGEST_TABLE_BYTES} bytes`);
    }
    return name;
  };
  const tableOf = (kind: keyof PostgresTables): string => head + quoteIdentifier(nameOf(kind));
  const indexOf = (kind: keyof PostgresTables): string => quoteIdentifier(nameOf(kind) + INDEX_ENDING);
  return {
    ...resolved,
    tables: {
      attachments: tableOf("attachments"),
      log: tableOf("log"),
      heads: tableOf("heads"),
      store: tableOf("store"),
    },
    indexes: { log: indexOf("log"), store: indexOf("store") },
  };
}
