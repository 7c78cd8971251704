// @bowline/postgres on a real PostgreSQL: the rules of every bus, and what only this broker can do wrong.
import type { Bus } from "@bowline/adapter/cluster";
import { type PostgresBusOptions, postgresBus } from "@bowline/postgres";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connectPostgres, whyNoBroker } from "./broker-connections.ts";
import { uniqueName } from "./broker-packages.ts";
import { busSuite, createFollower, until, untilUp } from "./bus-suite.ts";

const missing = await whyNoBroker("postgres");

/** A schema of this run's own, and buses in it. */
interface Place {
  readonly admin: Pool;
  readonly schema: string;
  createBus(options?: PostgresBusOptions): Promise<{ bus: Bus; application: string }>;
  close(): Promise<void>;
}

async function createPlace(): Promise<Place> {
  const schema = uniqueName();
  const admin = connectPostgres();
  const pools: Pool[] = [];
  await admin.query(`CREATE SCHEMA "${schema}"`);
  return {
    admin,
    schema,
    async createBus(options = {}) {
      const application = uniqueName();
      const pool = connectPostgres({ application_name: application, max: 4 });
      pools.push(pool);
      const bus = postgresBus(pool, { schema, channelPrefix: schema.slice(-12), maxReconnectDelayMs: 200, ...options });
      return { bus, application };
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.end()));
      await admin.query(`DROP SCHEMA "${schema}" CASCADE`);
      await admin.end();
    },
  };
}

busSuite({
  name: "PostgreSQL",
  missing,
  keeps: true,
  async open() {
    const place = await createPlace();
    return { createBus: async () => (await place.createBus()).bus, close: () => place.close() };
  },
});

const reason = missing === undefined ? "" : ` (skipped: ${missing})`;

describe.skipIf(missing !== undefined)(`PostgreSQL as a broker${reason}`, () => {
  let place: Place;
  beforeAll(async () => {
    place = await createPlace();
  });
  afterAll(() => place.close());

  async function start(options: PostgresBusOptions = {}): Promise<{ bus: Bus; kill: () => Promise<unknown> }> {
    const { bus, application } = await place.createBus(options);
    onTestFinished(() => bus.close());
    await untilUp(bus);
    const kill = (): Promise<unknown> =>
      place.admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [
        application,
      ]);
    return { bus, kill };
  }

  const count = async (table: string): Promise<number> => {
    const { rows } = await place.admin.query(`SELECT count(*)::int AS count FROM "${place.schema}".${table}`);
    return Number(Reflect.get(Object(rows[0]), "count"));
  };

  test("a bus whose connections are ended comes back by itself, hears its topics again and goes on with its logs", async () => {
    const { bus, kill } = await start();
    const { bus: other } = await start();
    const statuses: string[] = [];
    const heard: number[] = [];
    const follower = createFollower();
    bus.onStatus((status) => statuses.push(status));
    await bus.join("topic", (bytes) => heard.push(bytes[0] ?? -1));
    await bus.log?.follow("topic", follower);
    await kill();
    await until(() => statuses.includes("down"), "the loss");
    await other.log?.append("topic", new TextEncoder().encode("while it was away"));
    await until(() => bus.status === "up", "the return");
    await other.publish("topic", Uint8Array.of(7));
    await until(() => heard.length === 1 && follower.told.length === 1, "what was sent");
    expect([statuses, heard, follower.told]).toEqual([["down", "up"], [7], ["while it was away"]]);
  });

  test("a bus that cannot reach its server says why with each rejection, and that it goes on trying", async () => {
    const pool = connectPostgres({ port: 1 });
    const bus = postgresBus(pool);
    onTestFinished(async () => {
      await bus.close();
      await pool.end();
    });
    const rejection = expect(bus.publish("topic", new Uint8Array(1))).rejects;
    await rejection.toThrow(
      /^Cannot publish to "topic": PostgreSQL is away \(.*ECONNREFUSED.*\); the bus goes on trying/,
    );
    expect(bus.status).toBe("connecting");
  });

  test("what is written into an entry's place late is seen by a follower that has read what is behind it", async () => {
    const { bus } = await start();
    const follower = createFollower();
    await bus.log?.follow("late", follower);
    const client = await place.admin.connect();
    const heads = `"${place.schema}".bowline_log_heads`;
    // A writer that has its number, and does not commit yet.
    await client.query("BEGIN");
    await client.query(`UPDATE ${heads} SET seq = seq + 1 WHERE topic LIKE '%:late'`);
    const second = bus.log?.append("late", new TextEncoder().encode("second"));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(follower.told).toEqual([]);
    await client.query(
      `INSERT INTO "${place.schema}".bowline_log (topic, epoch, seq, payload)
       SELECT topic, epoch, seq, 'first'::bytea FROM ${heads} WHERE topic LIKE '%:late'`,
    );
    await client.query("COMMIT");
    client.release();
    await second;
    await until(() => follower.told.length === 2, "both entries");
    expect(follower.told).toEqual(["first", "second"]);
  });

  test("a number whose transaction fails is given to the next entry", async () => {
    const { bus } = await start();
    const follower = createFollower();
    await bus.log?.follow("failed", follower);
    const client = await place.admin.connect();
    await client.query("BEGIN");
    await client.query(`UPDATE "${place.schema}".bowline_log_heads SET seq = seq + 1 WHERE topic LIKE '%:failed'`);
    await client.query("ROLLBACK");
    client.release();
    await bus.log?.append("failed", new TextEncoder().encode("first"));
    await until(() => follower.told.length === 1, "the entry");
    expect(follower.told).toEqual(["first"]);
  });

  test("large messages, elder entries and values out of date are deleted", async () => {
    const limits = { cleanupIntervalMs: 100, logMaxAgeMs: 100, answerTimeoutMs: 1_000 };
    const { bus } = await start(limits);
    const offset = (await bus.log?.append("clean", new Uint8Array(3))) ?? "";
    await bus.log?.append("clean", new Uint8Array(3));
    await bus.publish("clean", new Uint8Array(20_000));
    await bus.store?.put("clean", new Uint8Array(3), 0, 50);
    expect(await count("bowline_attachments")).toBe(1);
    await until(() => bus.status === "up", "the bus");
    await expect.poll(() => count("bowline_log"), { timeout: 10_000 }).toBe(0);
    await expect.poll(() => count("bowline_attachments"), { timeout: 10_000 }).toBe(0);
    await expect.poll(() => count("bowline_store"), { timeout: 10_000 }).toBe(0);
    expect(await bus.log?.reaches("clean", offset)).toBe(false);
    const reading = async (): Promise<void> => {
      for await (const entry of bus.log?.read("clean", offset) ?? []) expect(entry).toBeUndefined();
    };
    await expect(reading()).rejects.toMatchObject({ code: "BOWLINE_BUS_LOG_TRIMMED" });
  });

  test("a log that was deleted begins anew, and offsets of the elder one are none of it", async () => {
    const { bus } = await start();
    const follower = createFollower();
    await bus.log?.follow("anew", follower);
    const elder = (await bus.log?.append("anew", new TextEncoder().encode("elder"))) ?? "";
    await until(() => follower.told.length === 1, "the elder entry");
    await place.admin.query(`DELETE FROM "${place.schema}".bowline_log_heads WHERE topic LIKE '%:anew'`);
    const newer = (await bus.log?.append("anew", new TextEncoder().encode("newer"))) ?? "";
    await until(() => follower.told.length === 3, "the newer entry");
    expect(follower.told).toEqual(["elder", "(gap)", "newer"]);
    expect([await bus.log?.reaches("anew", elder), (bus.log?.compare(elder, newer) ?? 0) < 0]).toEqual([false, true]);
  });

  test("many nodes that start at once create the tables once", async () => {
    const tables = { attachments: "many_a", log: "many_l", heads: "many_h", store: "many_s" };
    const starting = await Promise.all(Array.from({ length: 6 }, () => place.createBus({ tables })));
    onTestFinished(async () => {
      await Promise.all(starting.map(({ bus }) => bus.close()));
    });
    const told = await Promise.all(starting.map(({ bus }) => bus.log?.append("t", new Uint8Array(1))));
    expect(new Set(told).size).toBe(6);
  });

  test("prefixes keep buses apart", async () => {
    const { bus } = await start({ channelPrefix: "one" });
    const { bus: other } = await start({ channelPrefix: "two" });
    const heard: number[] = [];
    await bus.join("topic", (bytes) => heard.push(bytes[0] ?? -1));
    await other.publish("topic", Uint8Array.of(2));
    await bus.publish("topic", Uint8Array.of(1));
    await until(() => heard.length > 0, "a message");
    expect(heard).toEqual([1]);
  });

  test("prefixes keep logs and values apart, although the tables are the same", async () => {
    const { bus } = await start({ channelPrefix: "one" });
    const { bus: other } = await start({ channelPrefix: "two" });
    const follower = createFollower();
    const followed = await bus.log?.follow("apart", follower);
    const theirs = (await other.log?.append("apart", new TextEncoder().encode("theirs"))) ?? "";
    await bus.log?.append("apart", new TextEncoder().encode("ours"));
    await until(() => follower.told.length > 0, "our entry");
    const read: string[] = [];
    for await (const { bytes } of bus.log?.read("apart", followed?.from ?? "") ?? []) {
      read.push(new TextDecoder().decode(bytes));
    }
    await other.store?.put("apart", new Uint8Array(3), 0, 60_000);
    const taken = await bus.store?.take("apart");
    expect([follower.told, read, await bus.log?.reaches("apart", theirs), taken]).toEqual([
      ["ours"],
      ["ours"],
      false,
      undefined,
    ]);
  });

  test("a bus takes no more connections of the pool than it is allowed, whatever it is asked for", async () => {
    const { bus, application } = await place.createBus({ maxPoolConnections: 1 });
    onTestFinished(() => bus.close());
    await untilUp(bus);
    const asked = Array.from({ length: 200 }, (_, index) =>
      bus.store?.put(`many ${index}`, new Uint8Array(9), 0, 60_000),
    );
    const text = "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = $1";
    const seen: number[] = [];
    const isDone = Promise.all(asked).then(() => true);
    while (!(await Promise.race([isDone, new Promise<false>((resolve) => setTimeout(resolve, 5, false))]))) {
      const { rows } = await place.admin.query(text, [application]);
      seen.push(Number(Reflect.get(Object(rows[0]), "count")));
    }
    expect([seen.length > 0, Math.max(...seen)]).toEqual([true, 2]);
  });

  test("more than one statement deletes is deleted all the same", async () => {
    const { bus } = await start({ cleanupIntervalMs: 100, logMaxEntries: 5, channelPrefix: "backlog" });
    const offset = (await bus.log?.append("backlog", new Uint8Array(1))) ?? "";
    await place.admin.query(
      `INSERT INTO "${place.schema}".bowline_log (topic, epoch, seq, payload)
       SELECT topic, epoch, seq + n, '' FROM "${place.schema}".bowline_log_heads, generate_series(1, 12000) AS n
       WHERE topic = 'backlog:backlog'`,
    );
    await place.admin.query(
      `UPDATE "${place.schema}".bowline_log_heads SET seq = seq + 12000 WHERE topic = 'backlog:backlog'`,
    );
    const left = async (): Promise<number> => {
      const { rows } = await place.admin.query(
        `SELECT count(*)::int AS count FROM "${place.schema}".bowline_log WHERE topic = 'backlog:backlog'`,
      );
      return Number(Reflect.get(Object(rows[0]), "count"));
    };
    await expect.poll(left, { timeout: 10_000 }).toBe(5);
    expect(await bus.log?.reaches("backlog", offset)).toBe(false);
  });

  test("what others notify over a topic's channel is nobody's", async () => {
    const { bus } = await start({ channelPrefix: "foreign" });
    const heard: number[] = [];
    await bus.join("topic", (bytes) => heard.push(bytes[0] ?? -1));
    for (const payload of ["", "hello", "b", "t999999999999999999999", '{"uid":1}', "b0:***"]) {
      await place.admin.query("SELECT pg_notify('foreign.topic', $1)", [payload]);
    }
    await bus.publish("topic", Uint8Array.of(1));
    await until(() => heard.length > 0, "a message");
    expect(heard).toEqual([1]);
  });
});
