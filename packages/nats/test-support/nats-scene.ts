// A bus over the NATS in memory, with a log and a store.
// Place: **test** -> bus -> link -> fake NATS

import type { Bus } from "@bowline/adapter/cluster";
import { type BusScene, createBusScene } from "@bowline/testkit";
import { JetStreamLog } from "../src/jetstream-log.ts";
import { type JetStreamBusOptions, resolveKeeping } from "../src/jetstream-options.ts";
import { createJetStreamStore } from "../src/jetstream-store.ts";
import { createNatsBus } from "../src/nats-bus.ts";
import { FakeConnection, FakeNats } from "./fake-nats.ts";

/** A bus, and what is around it. */
export interface NatsScene extends BusScene<Bus, JetStreamBusOptions> {
  readonly server: FakeNats;
  /** That of the first bus. */
  readonly connection: FakeConnection;
}

/** Makes a bus. */
export function createNatsScene(options: JetStreamBusOptions = {}): NatsScene {
  const server = new FakeNats();
  const connection = new FakeConnection(server);
  let unused: FakeConnection | undefined = connection;
  const scene = createBusScene<Bus, JetStreamBusOptions>(({ clock, ...others }, own = options) => {
    const surroundings = { ...others, clock, wallTimeMs: () => clock.now() };
    const keeping = resolveKeeping(own);
    const ownConnection = unused ?? new FakeConnection(server);
    unused = undefined;
    return createNatsBus(ownConnection, own, surroundings, (link, prefix) => {
      const host = { jetstream: server.jetstream(), link, prefix, surroundings };
      const log = new JetStreamLog(host, keeping);
      return { log, store: createJetStreamStore(host, keeping), close: () => log.close() };
    });
  });
  return { ...scene, server, connection };
}
