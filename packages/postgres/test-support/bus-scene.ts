// A bus over the PostgreSQL in memory, on a clock whose hands the test turns.
// Place: **test** -> bus -> link -> fake PostgreSQL

import { createHash } from "node:crypto";
import type { Bus } from "@bowline/adapter/cluster";
import { createFakeClock, type FakeClock } from "@bowline/testkit";
import type { PostgresBusOptions } from "../src/options.ts";
import { createPostgresBus } from "../src/postgres-bus.ts";
import { FakePostgres } from "./fake-postgres.ts";

/** A bus, and what is around it. */
export interface BusScene {
  readonly server: FakePostgres;
  readonly bus: Bus;
  readonly clock: FakeClock;
  readonly warnings: string[];
  readonly statuses: string[];
  /** One more bus of the same server and clock. */
  another(options?: PostgresBusOptions): Bus;
  /** Lets what is promised happen. */
  settle(): Promise<void>;
  /** Lets time pass, and what is promised on the way happen. */
  pass(ms: number): Promise<void>;
}

/** The turn of the event loop ends, promises and all. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Makes a bus that connects by itself. @param prepare asked before the bus is made. */
export function createBusScene(
  options: PostgresBusOptions = {},
  prepare: (server: FakePostgres) => void = () => undefined,
): BusScene {
  const server = new FakePostgres();
  prepare(server);
  const clock = createFakeClock();
  const warnings: string[] = [];
  const surroundings = {
    clock,
    fraction: () => 0.5,
    toBase64: (bytes: Uint8Array) => Buffer.from(bytes).toString("base64"),
    fromBase64: (text: string) => Buffer.from(text, "base64"),
    digest: (text: string) => createHash("sha256").update(text).digest("base64url"),
    warn: (code: string, text: string) => void warnings.push(`${code}: ${text}`),
  };
  const another = (own: PostgresBusOptions = options): Bus => createPostgresBus(server.pool(), own, surroundings);
  const bus = another();
  const statuses: string[] = [];
  bus.onStatus((status) => statuses.push(status));
  return {
    server,
    bus,
    clock,
    warnings,
    statuses,
    another,
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
