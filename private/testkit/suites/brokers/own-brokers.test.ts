// Our cluster over PostgreSQL, NATS and JetStream: the rules of all adapters, by three servers and their clients.
// Rules: each server has a connection of its own, by a path that can be interrupted; where the broker keeps sessions the
//        rules are played with sessions.
import { type Bus, createCluster, createEmitter } from "@bowline/adapter/cluster";
import { natsBus } from "@bowline/nats";
import { postgresBus } from "@bowline/postgres";
import { startTcpProxy, type TcpProxy } from "../../src/peers/tcp-proxy.ts";
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { QUICK_CLUSTER } from "../cluster/own-clusters.ts";
import {
  BROKERS,
  connectNats,
  connectPostgres,
  deleteStreams,
  openJetStream,
  whyNoBroker,
} from "./broker-connections.ts";
import { uniqueName } from "./broker-packages.ts";

/** Makes the buses of one cluster. */
interface Fleet {
  /** @param port where the broker is reached; `lasts` takes what ends the connection. */
  bus(port: number, lasts: (end: () => Promise<unknown>) => void): Promise<Bus>;
  /** Removes what the cluster has left with the broker. */
  close?(): Promise<unknown>;
}

/** What offsets look like where sessions are kept: those of the log, and those of a node that has not reached it yet. */
const KEEPING = { offsets: /^(?:[0-9a-z]+-[0-9a-z]+|[\w-]{8}\.[0-9a-z]+)$/ };

/** A server that is cut off ends no sooner. */
const ANSWER_MS = 2000;

function adaptersOf(
  name: string,
  { broker, missing, keeps }: { broker: "postgres" | "nats"; missing: string | undefined; keeps: boolean },
  open: () => Promise<Fleet>,
): void {
  adapterSuite({
    name: `our cluster over ${name}`,
    missing,
    isOurs: true,
    sends: true,
    severs: true,
    ...(keeps ? KEEPING : {}),
    async connect() {
      const fleet = await open();
      const paths = new Map<number, TcpProxy>();
      const ends: (() => Promise<unknown>)[] = [];
      const end = (action: () => Promise<unknown>): void => void ends.push(action);
      return {
        async cluster(index) {
          const path = await startTcpProxy(BROKERS[broker].port);
          paths.set(index, path);
          return createCluster({ bus: await fleet.bus(path.port, end), ...QUICK_CLUSTER });
        },
        sever: (index) => paths.get(index)?.hold(),
        emitter: async () => createEmitter({ bus: await fleet.bus(BROKERS[broker].port, end) }),
        async close() {
          // First, since a client whose path is interrupted waits for the end of its connection.
          await Promise.all([...paths.values()].map((path) => path.close()));
          for (const action of ends.reverse()) await action();
          await fleet.close?.();
        },
      };
    },
  });
}

const postgresMissing = await whyNoBroker("postgres");
const natsMissing = await whyNoBroker("nats");

for (const keeps of [true, false]) {
  const title = keeps ? "PostgreSQL" : "PostgreSQL that keeps nothing";
  adaptersOf(title, { broker: "postgres", missing: postgresMissing, keeps }, async () => {
    const schema = uniqueName();
    const admin = connectPostgres({ max: 1 });
    await admin.query(`CREATE SCHEMA "${schema}"`);
    return {
      async bus(port, lasts) {
        const pool = connectPostgres({ port });
        // Its connections are cut at the end.
        pool.on("error", () => undefined);
        const channelPrefix = schema.slice(-12);
        const bus = postgresBus(pool, { schema, channelPrefix, keeps, answerTimeoutMs: ANSWER_MS });
        lasts(async () => {
          // That of an emitter, which no server closes, has a connection of the pool as long as it lives.
          await bus.close();
          await pool.end();
        });
        return bus;
      },
      async close() {
        await admin.query(`DROP SCHEMA "${schema}" CASCADE`);
        await admin.end();
      },
    };
  });
}

adaptersOf("core NATS", { broker: "nats", missing: natsMissing, keeps: false }, async () => {
  const prefix = uniqueName();
  return {
    async bus(port, lasts) {
      const connection = await connectNats(port);
      lasts(() => connection.close());
      return natsBus(connection, { prefix, answerTimeoutMs: ANSWER_MS });
    },
  };
});

adaptersOf("JetStream", { broker: "nats", missing: natsMissing, keeps: true }, async () => {
  const prefix = uniqueName();
  return {
    async bus(port, lasts) {
      const connection = await connectNats(port);
      lasts(() => connection.close());
      return openJetStream(connection, { prefix, storage: "memory", answerTimeoutMs: ANSWER_MS });
    },
    close: () => deleteStreams(prefix),
  };
});
