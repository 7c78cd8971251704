// The bounds of what the primary keeps for its workers.
// Place: handed to the **hub** by the program of the primary
// Rules: every number is checked; what the caller hands in is not written to.

/** Bounds of the hub. */
export interface HubOptions {
  /**
   * Longest message between two servers, in bytes.
   * @default 16 MiB
   */
  readonly maxMessageBytes: number;
  /**
   * How much of the log is kept for sessions that come back, in bytes, over all namespaces.
   * @default 64 MiB
   */
  readonly maxLogBytes: number;
  /**
   * For how long an event stays in the log, in milliseconds: as long as sessions may be away, and a little.
   * @default 180000
   */
  readonly retentionMs: number;
  /**
   * How much is kept of sessions, in bytes.
   * @default 64 MiB
   */
  readonly maxStoreBytes: number;
  /**
   * How much may wait for one worker that takes nothing; more is dropped, and the worker is told, in bytes.
   * @default 16 MiB
   */
  readonly maxQueuedBytes: number;
}

const MIB = 1024 * 1024;

/** Values of options that are not given. */
export const HUB_DEFAULTS: HubOptions = {
  maxMessageBytes: 16 * MIB,
  maxLogBytes: 64 * MIB,
  retentionMs: 180_000,
  maxStoreBytes: 64 * MIB,
  maxQueuedBytes: 16 * MIB,
};

/** Frames have their length in 32 bits, and carry more than the message. */
const MOST_MESSAGE_BYTES = 2 ** 30;

/**
 * Fills in what is not given.
 * @throws RangeError for numbers that make no sense.
 */
export function resolveHubOptions(given: Partial<HubOptions>): HubOptions {
  const options: HubOptions = {
    maxMessageBytes: given.maxMessageBytes ?? HUB_DEFAULTS.maxMessageBytes,
    maxLogBytes: given.maxLogBytes ?? HUB_DEFAULTS.maxLogBytes,
    retentionMs: given.retentionMs ?? HUB_DEFAULTS.retentionMs,
    maxStoreBytes: given.maxStoreBytes ?? HUB_DEFAULTS.maxStoreBytes,
    maxQueuedBytes: given.maxQueuedBytes ?? HUB_DEFAULTS.maxQueuedBytes,
  };
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "number" && Number.isFinite(value) && value > 0) continue;
    throw new RangeError(`Cannot set "${name}" to ${String(value)}: it has to be a number above 0`);
  }
  if (options.maxMessageBytes > MOST_MESSAGE_BYTES) {
    throw new RangeError(
      `Cannot set "maxMessageBytes" to ${options.maxMessageBytes}: ${MOST_MESSAGE_BYTES} is the most`,
    );
  }
  return options;
}
