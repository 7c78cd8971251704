// Our cluster over PostgreSQL, NATS and JetStream: the rules of all adapters, by three servers and their clients.
import { type Bus, createCluster } from "@bowline/adapter/cluster";
import { natsBus } from "@bowline/nats";
import { jetstreamBus } from "@bowline/nats/jetstream";
import { postgresBus } from "@bowline/postgres";
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { QUICK_CLUSTER } from "../cluster/own-clusters.ts";
import { connectNats, connectPostgres, loadPackage, uniqueName, whyMissing } from "./broker-packages.ts";

/** Makes the buses of one cluster. */
interface Fleet {
  bus(): Bus;
  close(): Promise<void>;
}

function adaptersOf(name: string, missing: string | undefined, open: () => Promise<Fleet>): void {
  adapterSuite({
    name: `our cluster over ${name}`,
    missing,
    isOurs: true,
    async connect() {
      const fleet = await open();
      return {
        options: () => ({ cluster: createCluster({ bus: fleet.bus(), ...QUICK_CLUSTER }) }),
        close: () => fleet.close(),
      };
    },
  });
}

adaptersOf("PostgreSQL", await whyMissing("postgres"), async () => {
  const schema = uniqueName();
  const pool = connectPostgres({ max: 12 });
  await pool.query(`CREATE SCHEMA "${schema}"`);
  return {
    bus: () => postgresBus(pool, { schema, channelPrefix: schema.slice(-12) }),
    async close() {
      await pool.query(`DROP SCHEMA "${schema}" CASCADE`);
      await pool.end();
    },
  };
});

adaptersOf("core NATS", await whyMissing("nats"), async () => {
  const prefix = uniqueName();
  const connection = await connectNats();
  return { bus: () => natsBus(connection, { prefix }), close: () => connection.close() };
});

adaptersOf("JetStream", await whyMissing("nats"), async () => {
  const prefix = uniqueName();
  const connection = await connectNats();
  const { jetstream, jetstreamManager } = loadPackage("@nats-io/jetstream");
  const manager = await jetstreamManager(connection);
  const parts = { client: jetstream(connection), manager };
  return {
    bus: () => jetstreamBus(connection, parts, { prefix, storage: "memory" }),
    async close() {
      for await (const name of manager.streams.names()) if (name.startsWith(prefix)) await manager.streams.delete(name);
      await connection.close();
    },
  };
});
