import { codeOf } from "@bowline/testkit";
import { expect, test } from "vitest";
import { FakePostgres } from "../test-support/fake-postgres.ts";
import { createPostgresScene, type PostgresScene } from "../test-support/postgres-scene.ts";
import { postgresBus } from "./runtime/postgres-bus.ts";

const byte = (value: number): Uint8Array => Uint8Array.of(value);

async function open(...args: Parameters<typeof createPostgresScene>): Promise<PostgresScene> {
  const scene = createPostgresScene(...args);
  await scene.settle();
  return scene;
}

/** Joins a topic. @returns the first byte, or the number of bytes, of what comes. */
async function listen({ bus }: Pick<PostgresScene, "bus">, topic = "t"): Promise<number[]> {
  const heard: number[] = [];
  await bus.join(topic, (bytes) => heard.push(bytes.length > 1 ? bytes.length : (bytes[0] ?? -1)));
  return heard;
}

test("a bus is up once it has reached PostgreSQL, and what is asked meanwhile waits for that", async () => {
  const scene = createPostgresScene();
  const { bus } = scene;
  expect(bus.status).toBe("connecting");
  const heard = await listen(scene);
  await bus.publish("t", byte(1));
  expect([bus.status, scene.statuses, heard]).toEqual(["up", ["up"], [1]]);
});

test("a bus that does not reach PostgreSQL says so at once, tries again later and later, and is up when it does", async () => {
  const scene = createPostgresScene({ maxReconnectDelayMs: 1_000 }, (server) => {
    server.isAway = true;
  });
  await expect(scene.bus.publish("t", byte(1))).rejects.toThrow(
    'Cannot publish to "t": PostgreSQL is away (connect ECONNREFUSED); the bus goes on trying, see that the server runs',
  );
  for (let attempt = 0; attempt < 6; attempt++) await scene.pass(1_000);
  expect(await codeOf(scene.bus.join("t", () => undefined))).toBe("BOWLINE_BUS_AWAY");
  scene.server.isAway = false;
  await scene.pass(2_000);
  expect([scene.bus.status, scene.statuses]).toEqual(["up", ["up"]]);
});

test("a connection that is ended is replaced; topics are heard again, and the end is told once", async () => {
  const scene = await open();
  const heard = await listen(scene);
  scene.server.kill();
  expect(scene.bus.status).toBe("down");
  expect(await codeOf(scene.bus.publish("t", byte(1)))).toBe("BOWLINE_BUS_AWAY");
  await scene.pass(200);
  await scene.bus.publish("t", byte(2));
  expect([scene.statuses, heard]).toEqual([["up", "down", "up"], [2]]);
});

test("a connection that ends while it is prepared is no connection, and another one is tried", async () => {
  const scene = await open({}, (server) => {
    server.refuses = /^SET /;
  });
  expect(scene.bus.status).toBe("connecting");
  scene.server.refuses = undefined;
  scene.server.hangs = /^LISTEN/;
  await scene.pass(200);
  scene.server.kill();
  await scene.pass(200);
  expect([scene.bus.status, scene.server.connections.size, scene.server.borrowed]).toEqual(["up", 1, 1]);
});

test("a connection that ends while topics are heard anew is replaced by another one", async () => {
  const scene = await open();
  const heard = await listen(scene);
  scene.server.hangs = /^LISTEN/;
  scene.server.kill();
  await scene.pass(200);
  scene.server.kill();
  scene.server.release();
  await scene.pass(500);
  await scene.bus.publish("t", byte(3));
  expect([heard, scene.statuses.at(-1)]).toEqual([[3], "up"]);
});

test("PostgreSQL that does not answer a ping in time is away", async () => {
  const scene = await open({ pingIntervalMs: 1_000, answerTimeoutMs: 500 });
  await scene.pass(1_000);
  expect(scene.bus.status).toBe("up");
  scene.server.hangs = /^SELECT 1$/;
  await scene.pass(1_000);
  await scene.pass(500);
  expect(scene.bus.status).toBe("down");
  scene.server.refuses = /^SELECT 1$/;
  scene.server.release();
  await scene.pass(200);
  await scene.pass(1_000);
  expect(scene.statuses).toEqual(["up", "down", "up", "down"]);
});

test("a query that is not answered in time is told as late, and what waits behind it as away", async () => {
  const scene = await open({ answerTimeoutMs: 500 });
  scene.server.hangs = /^LISTEN/;
  const codes = Promise.all([codeOf(scene.bus.publish("t", byte(1))), codeOf(scene.bus.join("t", () => undefined))]);
  await scene.pass(500);
  expect(await codes).toEqual(["BOWLINE_BUS_AWAY", "BOWLINE_BUS_TIMEOUT"]);
});

test("a connection of the pool that comes too late goes back to it", async () => {
  const scene = await open({ answerTimeoutMs: 500 }, (server) => {
    server.hangs = /^CONNECT$/;
  });
  await scene.pass(500);
  expect(await codeOf(scene.bus.publish("t", byte(1)))).toBe("BOWLINE_BUS_AWAY");
  scene.server.release();
  await scene.pass(300);
  expect([scene.bus.status, scene.server.borrowed]).toEqual(["up", 1]);
});

test("messages of one turn go in one query, those that are told meanwhile in the next one, in order", async () => {
  const scene = await open();
  const heard = await listen(scene);
  const before = scene.server.statements.length;
  const first = [1, 2, 3].map((value) => scene.bus.publish("t", byte(value)));
  await Promise.resolve();
  await Promise.resolve();
  await Promise.all([...first, ...[4, 5].map((value) => scene.bus.publish("t", byte(value)))]);
  expect([heard, scene.server.statements.length - before]).toEqual([[1, 2, 3, 4, 5], 2]);
});

test("what NOTIFY does not take goes by the table, and what is behind it waits", async () => {
  const scene = await open();
  const heard = await listen(scene);
  const largest = Math.floor((7_999 - "b0:".length) / 4) * 3;
  scene.server.hangs = /^SELECT payload/;
  await scene.bus.publish("t", new Uint8Array(largest));
  await Promise.all([scene.bus.publish("t", new Uint8Array(largest + 3)), scene.bus.publish("t", byte(9))]);
  expect([heard, scene.server.attachments.size]).toEqual([[largest], 1]);
  scene.server.release();
  await scene.settle();
  expect(heard).toEqual([largest, largest + 3, 9]);
});

test("a large message that is gone before it was fetched is lost alone, and told", async () => {
  const scene = await open();
  const heard = await listen(scene);
  scene.server.hangs = /^SELECT payload/;
  await Promise.all([scene.bus.publish("t", new Uint8Array(9_000)), scene.bus.publish("t", byte(9))]);
  scene.server.attachments.clear();
  scene.server.release();
  await scene.settle();
  expect(heard).toEqual([9]);
  expect(scene.warnings).toEqual([
    expect.stringMatching(/^BOWLINE_BUS_MESSAGE_LOST: A message to "t" is lost.*see the option cleanupIntervalMs/),
  ]);
});

test("what a receiver throws is told, and harms nobody; what is fetched for a topic that was left is dropped", async () => {
  const scene = await open();
  const leave = await scene.bus.join("t", () => {
    throw new Error("of the receiver");
  });
  await scene.bus.publish("t", byte(1));
  expect(scene.warnings).toEqual(['BOWLINE_BUS_RECEIVER: A receiver of "t" has thrown: Error: of the receiver']);
  scene.server.hangs = /^SELECT payload/;
  await scene.bus.publish("t", new Uint8Array(9_000));
  await leave();
  await leave();
  scene.server.release();
  await scene.settle();
  expect(scene.warnings).toHaveLength(1);
});

test("what others notify is nobody's", async () => {
  const scene = await open();
  const heard = await listen(scene);
  for (const payload of ["", "hello", "b", "b0:***", "t", '{"uid":1}']) scene.server.notify("bowline.t", payload);
  scene.server.notify("elsewhere", "b0:AQ==");
  for (const connection of scene.server.connections) connection.tell("notification", { channel: "bowline.t" });
  expect(heard).toEqual([]);
});

test("a topic is joined once, and a channel that PostgreSQL refuses is none", async () => {
  const scene = await open();
  await listen(scene);
  await expect(scene.bus.join("t", () => undefined)).rejects.toThrow('Cannot join "t": this bus has joined it already');
  scene.server.refuses = /^LISTEN/;
  expect(await codeOf(scene.bus.join("other", () => undefined))).toBe("BOWLINE_BUS_REFUSED");
  scene.server.refuses = undefined;
  expect(await codeOf(scene.bus.join("other", () => undefined))).toBe("fine");
});

test("a topic that is left while PostgreSQL is away is not heard when it is back", async () => {
  const scene = await open();
  const leave = await scene.bus.join("t", () => undefined);
  await listen(scene, "kept");
  scene.server.kill();
  await leave();
  await scene.pass(200);
  expect([...scene.server.connections].flatMap(({ listens }) => [...listens])).toEqual(["bowline.kept"]);
});

test("what PostgreSQL refuses is told with its words", async () => {
  const { bus, server } = await open();
  server.refuses = /^SELECT pg_notify/;
  await expect(bus.publish("t", byte(1))).rejects.toMatchObject({
    code: "BOWLINE_BUS_REFUSED",
    message: 'Cannot publish to "t": PostgreSQL says "permission denied"',
  });
  expect(bus.status).toBe("up");
});

test("missing tables are created, unless the program does that", async () => {
  const creating = await open({}, (server) => server.missing.push("bowline_log"));
  const leaving = await open({ createTables: false }, (server) => server.missing.push("bowline_log"));
  const small = await open({ keeps: false }, (server) => server.missing.push("bowline_attachments"));
  const created = [creating, leaving, small].map(({ server }) =>
    server.statements.flatMap((statement) => [
      ...statement.matchAll(/CREATE (?:UNLOGGED )?TABLE IF NOT EXISTS "(\w+)"/g),
    ]),
  );
  expect(created.map((tables) => tables.map(([, name]) => name))).toEqual([
    ["bowline_attachments", "bowline_log_heads", "bowline_log", "bowline_store"],
    [],
    ["bowline_attachments"],
  ]);
  expect([small.bus.log, small.bus.store]).toEqual([undefined, undefined]);
});

test("what is out of date is deleted now and then, in pieces, and a failure is tried again the next time", async () => {
  const scene = await open({ cleanupIntervalMs: 1_000 });
  const cleaned = (): number => scene.server.statements.filter((statement) => /^WITH gone/.test(statement)).length;
  scene.server.gone.push(0, 5_000, 5_000, 12);
  await scene.pass(1_000);
  expect(cleaned()).toBe(7);
  scene.server.refuses = /^WITH gone/;
  await scene.pass(1_000);
  scene.server.refuses = undefined;
  await scene.pass(1_000);
  expect(cleaned()).toBe(7 + 1 + 5);
  await scene.bus.close();
  await scene.pass(5_000);
  expect([cleaned(), scene.clock.pendingTimers]).toEqual([13, 0]);
});

test("a bus without a log and a store cleans up its large messages alone", async () => {
  const scene = await open({ cleanupIntervalMs: 1_000, keeps: false });
  await scene.pass(1_000);
  expect(scene.server.statements.filter((statement) => /^WITH gone/.test(statement))).toHaveLength(1);
});

test("a bus that was closed lets its connection go, sets no timer, and refuses all", async () => {
  const scene = await open();
  await scene.bus.close();
  await scene.bus.close();
  expect([scene.server.borrowed, scene.server.connections.size, scene.clock.pendingTimers]).toEqual([0, 0, 0]);
  expect(scene.server.poolEvents.count("error")).toBe(0);
  expect(await codeOf(scene.bus.publish("t", byte(1)))).toBe("BOWLINE_BUS_CLOSED");
  expect(scene.statuses).toEqual(["up", "closed"]);
});

test("a bus that is closed while it connects takes no connection along", async () => {
  const scene = createPostgresScene();
  await scene.bus.close();
  await scene.pass(10_000);
  expect([scene.server.borrowed, scene.clock.pendingTimers, scene.statuses]).toEqual([0, 0, ["closed"]]);
});

test("what the pool tells of connections that it keeps ends no process, and is told as the reason", async () => {
  const scene = await open({}, (server) => {
    server.isAway = true;
  });
  scene.server.poolEvents.tell("error", "the network");
  await expect(scene.bus.publish("t", byte(1))).rejects.toThrow("PostgreSQL is away (the network)");
});

test("a message that is too large is refused, and so is a pool of one connection", async () => {
  const { bus } = await open({ maxMessageBytes: 10 });
  await expect(bus.publish("t", new Uint8Array(11))).rejects.toThrow("the option maxMessageBytes allows 10");
  expect(() => postgresBus(new FakePostgres().pool(1))).toThrow(RangeError);
});

test("a bus of a process reaches PostgreSQL over a pool of two connections", async () => {
  const server = new FakePostgres();
  const bus = postgresBus(server.pool(2));
  const heard = await listen({ bus });
  await bus.publish("t", byte(7));
  await bus.publish("x".repeat(80), byte(7));
  await bus.close();
  expect(heard).toEqual([7]);
});

test("many topics are heard anew in a few queries", async () => {
  const scene = await open();
  await Promise.all(Array.from({ length: 1_100 }, (_, index) => scene.bus.join(`t${index}`, () => undefined)));
  scene.server.kill();
  scene.server.statements.length = 0;
  await scene.pass(200);
  expect(scene.server.statements.filter((statement) => statement.startsWith("LISTEN"))).toHaveLength(3);
});

test("a batch has no more messages and bytes than it may", async () => {
  const scene = await open();
  const heard = await listen(scene);
  await Promise.all(Array.from({ length: 1_001 }, (_, index) => scene.bus.publish("t", byte(index % 250))));
  await Promise.all(Array.from({ length: 300 }, () => scene.bus.publish("t", new Uint8Array(5_900))));
  const batches = scene.server.statements.filter((statement) => statement.startsWith("SELECT pg_notify"));
  expect([heard.length, batches.length]).toEqual([1_301, 3 + 3]);
});
