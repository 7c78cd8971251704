// A bus over the PostgreSQL in memory.
// Place: **test** -> bus -> link -> fake PostgreSQL

import type { Bus } from "@bowline/adapter/cluster";
import { type BusScene, createBusScene } from "@bowline/testkit";
import type { PostgresBusOptions } from "../src/options.ts";
import { createPostgresBus } from "../src/postgres-bus.ts";
import { FakePostgres } from "./fake-postgres.ts";

/** A bus, and what is around it. */
export interface PostgresScene extends BusScene<Bus, PostgresBusOptions> {
  readonly server: FakePostgres;
}

/** Makes a bus that connects by itself. @param prepare asked before the bus is made. */
export function createPostgresScene(
  options: PostgresBusOptions = {},
  prepare: (server: FakePostgres) => void = () => undefined,
): PostgresScene {
  const server = new FakePostgres();
  prepare(server);
  const scene = createBusScene<Bus, PostgresBusOptions>((surroundings, own = options) =>
    createPostgresBus(server.pool(), own, {
      ...surroundings,
      fraction: () => 0.5,
      toBase64: (bytes) => Buffer.from(bytes).toString("base64"),
      fromBase64: (text) => Buffer.from(text, "base64"),
    }),
  );
  return { ...scene, server };
}
