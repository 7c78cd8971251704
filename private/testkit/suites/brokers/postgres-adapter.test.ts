// @socket.io/postgres-adapter, as programs install it: NOTIFY and LISTEN, with a table for what is too large for them.
import { adapterSuite } from "../adapters/adapter-suite.ts";
import { connectPostgres } from "./broker-connections.ts";
import { loadPackage, uniqueName, whyMissing } from "./broker-packages.ts";

adapterSuite({
  name: "@socket.io/postgres-adapter",
  missing: await whyMissing("postgres"),
  listsOwnSocketsOnly: "upstream's lists the sockets of its own server",
  wavers: {
    "what one server sends to a room comes in its order, each event once":
      "it notifies over any connection of its pool, so that events overtake each other",
  },
  async connect() {
    const tableName = uniqueName().replace("-", "_");
    const pool = connectPostgres();
    await pool.query(
      `CREATE TABLE ${tableName} (id bigserial UNIQUE, created_at timestamptz DEFAULT NOW(), payload bytea)`,
    );
    const options = { channelPrefix: tableName, tableName, heartbeatInterval: 500, heartbeatTimeout: 5000 };
    return {
      adapter: () => loadPackage("@socket.io/postgres-adapter").createAdapter(pool, options),
      async close() {
        await pool.query(`DROP TABLE ${tableName}`);
        await pool.end();
      },
    };
  },
});
