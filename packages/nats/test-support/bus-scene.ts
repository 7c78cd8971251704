// A bus over the NATS in memory, on a clock whose hands the test turns.
// Place: **test** -> bus -> link -> fake NATS

import { createHash } from "node:crypto";
import type { Bus } from "@bowline/adapter/cluster";
import { createFakeClock, type FakeClock } from "@bowline/testkit";
import { JetStreamLog } from "../src/jetstream-log.ts";
import { type JetStreamBusOptions, resolveKeeping } from "../src/jetstream-options.ts";
import { createJetStreamStore } from "../src/jetstream-store.ts";
import { createNatsBus } from "../src/nats-bus.ts";
import { FakeConnection, FakeNats } from "./fake-nats.ts";

/** A bus, and what is around it. */
export interface BusScene {
  readonly server: FakeNats;
  readonly connection: FakeConnection;
  readonly bus: Bus;
  readonly clock: FakeClock;
  readonly warnings: string[];
  readonly statuses: string[];
  /** One more bus of the same server and clock. */
  another(options?: JetStreamBusOptions): Bus;
  /** Lets what is promised happen. */
  settle(): Promise<void>;
  /** Lets time pass, and what is promised on the way happen. */
  pass(ms: number): Promise<void>;
}

/** The turn of the event loop ends, promises and all. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Makes a bus with a log and a store. */
export function createBusScene(options: JetStreamBusOptions = {}): BusScene {
  const server = new FakeNats();
  const clock = createFakeClock();
  const warnings: string[] = [];
  const surroundings = {
    clock,
    wallTimeMs: () => clock.now(),
    digest: (text: string) => createHash("sha256").update(text).digest("base64url"),
    warn: (code: string, text: string) => void warnings.push(`${code}: ${text}`),
  };
  const open = (connection: FakeConnection, own: JetStreamBusOptions): Bus => {
    const keeping = resolveKeeping(own);
    return createNatsBus(connection, own, surroundings, (link, prefix) => {
      const host = { jetstream: server.jetstream(), link, prefix, surroundings };
      const log = new JetStreamLog(host, keeping);
      return { log, store: createJetStreamStore(host, keeping), close: () => log.close() };
    });
  };
  const connection = new FakeConnection(server);
  const bus = open(connection, options);
  const statuses: string[] = [];
  bus.onStatus((status) => statuses.push(status));
  return {
    server,
    connection,
    bus,
    clock,
    warnings,
    statuses,
    another: (own = options) => open(new FakeConnection(server), own),
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
