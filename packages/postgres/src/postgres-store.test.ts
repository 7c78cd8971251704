import type { BusStore } from "@bowline/adapter/cluster";
import { codeOf } from "@bowline/testkit";
import { expect, test } from "vitest";
import { createPostgresScene, type PostgresScene } from "../test-support/postgres-scene.ts";

const MINUTE_MS = 60_000;

async function open(
  ...args: Parameters<typeof createPostgresScene>
): Promise<PostgresScene & { readonly store: BusStore }> {
  const scene = createPostgresScene(...args);
  await scene.settle();
  return { ...scene, store: scene.bus.store ?? expect.fail("the bus has no store") };
}

test("a value is taken once; one that is claimed stays, under a higher fence", async () => {
  const { store } = await open();
  await store.put("k", Uint8Array.of(7), 3, MINUTE_MS);
  expect(await store.claim?.("k")).toEqual({ value: Uint8Array.of(7), fence: 4 });
  expect(await store.take("k")).toEqual({ value: Uint8Array.of(7), fence: 5 });
  expect([await store.take("k"), await store.claim?.("k"), await store.take("other")]).toEqual(
    Array(3).fill(undefined),
  );
});

test("a value is kept as it was when it was put, and dropped by who is not overtaken", async () => {
  const { store } = await open();
  const value = Uint8Array.of(1);
  const putting = store.put("k", value, 1, MINUTE_MS);
  value[0] = 2;
  await putting;
  await store.drop("k", 0);
  expect(await store.claim?.("k")).toMatchObject({ value: Uint8Array.of(1) });
  await store.drop("k", 2);
  expect(await store.take("k")).toBeUndefined();
});

test("calls for one key follow each other; a few of different keys go at a time", async () => {
  const { store, server } = await open({ maxPoolConnections: 3 });
  server.hangs = /^INSERT INTO \S+ AS kept/;
  const calls = ["a", "a", "b", "c", "d", "e"].map((key, index) => store.put(key, Uint8Array.of(index), 0, MINUTE_MS));
  await new Promise((resolve) => setImmediate(resolve));
  expect(server.borrowed).toBe(1 + 3);
  server.release();
  await Promise.all(calls);
  expect([(await store.take("a"))?.value, server.mostBorrowed, server.borrowed]).toEqual([Uint8Array.of(1), 4, 1]);
});

test("a connection that did not answer in time is not used again, and the next query has another one", async () => {
  const { store, server, pass } = await open({ maxPoolConnections: 1, answerTimeoutMs: 500 });
  server.hangs = /^INSERT INTO \S+ AS kept/;
  const calls = Promise.all(["a", "b"].map((key) => codeOf(store.put(key, Uint8Array.of(1), 0, MINUTE_MS))));
  await pass(500);
  await pass(500);
  expect([await calls, server.connections.size, server.borrowed]).toEqual([
    ["BOWLINE_BUS_TIMEOUT", "BOWLINE_BUS_TIMEOUT"],
    1,
    1,
  ]);
});

test("who waits for a turn while PostgreSQL goes is told so, and asks for no connection", async () => {
  const { store, server, settle } = await open({ maxPoolConnections: 1 });
  server.hangs = /^INSERT INTO \S+ AS kept/;
  const calls = Promise.all(["a", "b"].map((key) => codeOf(store.put(key, Uint8Array.of(1), 0, MINUTE_MS))));
  await settle();
  server.kill();
  expect([await calls, server.borrowed, server.mostBorrowed]).toEqual([["BOWLINE_BUS_AWAY", "BOWLINE_BUS_AWAY"], 0, 2]);
});

test("what PostgreSQL refuses is told with its words, and the next call for the key is made", async () => {
  const { store, server } = await open();
  server.refuses = /^INSERT/;
  await expect(store.put("k", Uint8Array.of(1), 0, MINUTE_MS)).rejects.toThrow(
    'Cannot keep "k": PostgreSQL says "permission denied"',
  );
  server.refuses = undefined;
  await store.put("k", Uint8Array.of(1), 0, MINUTE_MS);
  expect(await store.take("k")).toMatchObject({ fence: 1 });
});
