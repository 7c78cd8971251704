// Options of a cluster: names, defaults and checks.
// Place: read once when a cluster is made
// Rules: the caller's object is never written to.

import type { Bus } from "./bus.ts";
import { checkPrefix, createNativeWire, DEFAULT_PREFIX } from "./native-wire.ts";
import { sealBus } from "./sealed-bus.ts";
import type { ClusterWire } from "./wire.ts";

/** Options of a cluster. */
export interface ClusterOptions {
  /** The broker. */
  readonly bus: Bus;
  /** How messages are written. @default our own wire */
  readonly wire?: ClusterWire;
  /** Keeps clusters apart that share a broker; without `#`. @default "bowline" */
  readonly prefix?: string;
  /** Milliseconds between two signs of life. @default 3000 */
  readonly heartbeatIntervalMs?: number;
  /** Milliseconds of silence after which a node counts as gone. @default 10000 */
  readonly leaseMs?: number;
  /** Milliseconds that other nodes have to answer, where the program says nothing else. @default 5000 */
  readonly requestTimeoutMs?: number;
  /**
   * Signs what goes to the broker, and has everything refused that is not signed so. Not with a wire of others, whose nodes
   * would not understand it. @default nothing is signed
   */
  readonly secret?: string | Uint8Array;
  /**
   * What may wait for a broker that is away or slow, in bytes, and as much again for the log of each namespace where sessions
   * are recovered; what is beyond is dropped. @default 16777216 (16 MiB)
   */
  readonly maxQueuedBytes?: number;
  /**
   * Most events of a namespace that a node keeps in memory for clients that come back, where sessions are recovered; their
   * bytes are limited by `maxLogBytes` of the server, and their age by how long sessions are kept. What is older is read from
   * the broker. @default 10000
   */
  readonly maxTailEntries?: number;
}

/** Options as they count. */
export interface ResolvedClusterOptions {
  /** @param refused told what is not signed as it should be. */
  createBus(refused: (error: Error) => void): Bus;
  readonly wire: ClusterWire;
  readonly prefix: string;
  readonly heartbeatIntervalMs: number;
  readonly leaseMs: number;
  readonly requestTimeoutMs: number;
  readonly maxQueuedBytes: number;
  readonly maxTailEntries: number;
}

const DEFAULTS: Pick<
  ResolvedClusterOptions,
  "heartbeatIntervalMs" | "leaseMs" | "requestTimeoutMs" | "maxQueuedBytes" | "maxTailEntries"
> = {
  heartbeatIntervalMs: 3_000,
  leaseMs: 10_000,
  requestTimeoutMs: 5_000,
  maxQueuedBytes: 16 * 1024 * 1024,
  maxTailEntries: 10_000,
};

function positive(name: keyof typeof DEFAULTS, given: number | undefined): number {
  const value = given ?? DEFAULTS[name];
  if (value > 0) return value;
  throw new RangeError(`Cannot use ${name} "${value}" for a cluster: give a number above 0`);
}

/**
 * Completes options.
 * @throws TypeError when a secret comes with a wire of others, or a prefix cannot keep clusters apart.
 * @throws RangeError when a number is not one that can work.
 */
export function resolveClusterOptions(options: ClusterOptions): ResolvedClusterOptions {
  const { bus, secret, prefix = DEFAULT_PREFIX } = options;
  if (options.wire !== undefined && secret !== undefined) {
    throw new TypeError(
      'Cannot sign messages of another wire: its nodes would refuse them; leave out "secret" or "wire"',
    );
  }
  const heartbeatIntervalMs = positive("heartbeatIntervalMs", options.heartbeatIntervalMs);
  const leaseMs = positive("leaseMs", options.leaseMs);
  if (leaseMs <= heartbeatIntervalMs) {
    const reason = `it has to be longer than heartbeatIntervalMs, which is ${heartbeatIntervalMs}`;
    throw new RangeError(`Cannot use leaseMs "${leaseMs}" for a cluster: ${reason}`);
  }
  return {
    createBus: (refused) => (secret === undefined ? bus : sealBus(bus, secret, refused)),
    wire: options.wire ?? createNativeWire({ prefix }),
    prefix: checkPrefix(prefix),
    heartbeatIntervalMs,
    leaseMs,
    requestTimeoutMs: positive("requestTimeoutMs", options.requestTimeoutMs),
    maxQueuedBytes: positive("maxQueuedBytes", options.maxQueuedBytes),
    maxTailEntries: positive("maxTailEntries", options.maxTailEntries),
  };
}
