// Buses under test over a broker in memory, on a clock whose hands the test turns.
// Place: **test** -> bus -> a broker in memory, which each package has of its own
// Rules: a bus has the surroundings that every bus has; what else it needs its package adds.

import { createHash } from "node:crypto";
import { createFakeClock, type FakeClock } from "./fake-clock.ts";

/** What every bus gets of its surroundings. */
export interface BusSurroundings {
  readonly clock: FakeClock;
  digest(text: string): string;
  warn(code: string, text: string): void;
}

/** What is watched of a bus. */
interface WatchedBus {
  onStatus(listener: (status: string) => void): () => void;
}

/** A bus, and what is around it. */
export interface BusScene<Bus, Options> {
  readonly bus: Bus;
  readonly clock: FakeClock;
  readonly warnings: string[];
  /** Those of `bus`, in order. */
  readonly statuses: string[];
  /** One more bus of the same broker and clock. */
  another(options?: Options): Bus;
  /** Lets what is promised happen. */
  settle(): Promise<void>;
  /** Lets time pass, and what is promised on the way happen. */
  pass(ms: number): Promise<void>;
}

/** The turn of the event loop ends, promises and all. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Makes a bus. @param open makes each one; without options it takes those of the scene. */
export function createBusScene<Bus extends WatchedBus, Options>(
  open: (surroundings: BusSurroundings, options?: Options) => Bus,
): BusScene<Bus, Options> {
  const clock = createFakeClock();
  const warnings: string[] = [];
  const surroundings: BusSurroundings = {
    clock,
    digest: (text) => createHash("sha256").update(text).digest("base64url"),
    warn: (code, text) => void warnings.push(`${code}: ${text}`),
  };
  const bus = open(surroundings);
  const statuses: string[] = [];
  bus.onStatus((status) => statuses.push(status));
  return {
    bus,
    clock,
    warnings,
    statuses,
    another: (options) => open(surroundings, options),
    settle,
    async pass(ms) {
      await settle();
      clock.advance(ms);
      await settle();
    },
  };
}

/** What a promise was rejected with, as far as it tells by a code. */
export async function codeOf(promise: Promise<unknown> | undefined): Promise<unknown> {
  return promise?.then(
    () => "fine",
    (error: unknown): unknown => (error instanceof Error ? (Reflect.get(error, "code") ?? error.name) : error),
  );
}
