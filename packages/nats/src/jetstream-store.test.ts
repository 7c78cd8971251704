import type { BusStore } from "@bowline/adapter/cluster";
import { codeOf } from "@bowline/testkit";
import { expect, test } from "vitest";
import { FakeJetStreamError } from "../test-support/fake-nats.ts";
import { createNatsScene, type NatsScene } from "../test-support/nats-scene.ts";
import { readValue, writeValue } from "./kept-value.ts";

const MINUTE_MS = 60_000;

function open(...args: Parameters<typeof createNatsScene>): NatsScene & { readonly store: BusStore } {
  const scene = createNatsScene(...args);
  return { ...scene, store: scene.bus.store ?? expect.fail("the bus has no store") };
}

test("a value is taken once; one that is claimed stays, under a higher fence", async () => {
  const { store } = open();
  await store.put("k", Uint8Array.of(7), 3, MINUTE_MS);
  expect(await store.claim?.("k")).toEqual({ value: Uint8Array.of(7), fence: 4 });
  expect(await store.take("k")).toEqual({ value: Uint8Array.of(7), fence: 5 });
  expect([await store.take("k"), await store.claim?.("k"), await store.take("other")]).toEqual(
    Array(3).fill(undefined),
  );
});

test("who has been overtaken can neither put nor drop", async () => {
  const { store } = open();
  await store.put("k", Uint8Array.of(1), 0, MINUTE_MS);
  await store.claim?.("k");
  await store.put("k", Uint8Array.of(2), 0, MINUTE_MS);
  await store.drop("k", 0);
  expect(await store.claim?.("k")).toMatchObject({ value: Uint8Array.of(1) });
  await store.drop("k", 2);
  await store.drop("k", 2);
  expect(await store.take("k")).toBeUndefined();
});

test("of two who change a key at the same time one looks again", async () => {
  const { store, server } = open();
  await store.put("k", Uint8Array.of(1), 0, MINUTE_MS);
  server.fail("publish", new FakeJetStreamError(10_071), new FakeJetStreamError(10_164));
  expect(await store.take("k")).toMatchObject({ fence: 1 });
  server.fail("publish", ...Array.from({ length: 50 }, () => new FakeJetStreamError(10_071)));
  await expect(store.put("k", Uint8Array.of(1), 1, MINUTE_MS)).rejects.toThrow(
    'Cannot keep "k": others have written it 50 times meanwhile',
  );
});

test("a value that is out of date is gone with its fence", async () => {
  const { store, pass } = open();
  await store.put("k", Uint8Array.of(1), 9, 100);
  await pass(101);
  expect(await store.take("k")).toBeUndefined();
  await store.put("k", Uint8Array.of(2), 0, 100);
  expect(await store.take("k")).toMatchObject({ fence: 1 });
});

test("a value cannot be kept longer than the stream keeps it", async () => {
  const { store } = open({ storeMaxAgeMs: 1_000 });
  await expect(store.put("k", Uint8Array.of(1), 0, 1_001)).rejects.toThrow(
    'Cannot keep "k" for 1001 ms: the option storeMaxAgeMs allows 1000',
  );
});

test("what JetStream refuses is told, and the stream is looked for again the next time", async () => {
  const { store, server } = open();
  await store.put("k", Uint8Array.of(1), 0, MINUTE_MS);
  server.streams.clear();
  expect(await codeOf(store.put("k", Uint8Array.of(2), 0, MINUTE_MS))).toBe("BOWLINE_BUS_REFUSED");
  await store.put("k", Uint8Array.of(3), 0, MINUTE_MS);
  server.fail("publish", new Error("insufficient resources"));
  expect(await codeOf(store.take("k"))).toBe("BOWLINE_BUS_REFUSED");
  expect(await store.take("k")).toEqual({ value: Uint8Array.of(3), fence: 1 });
});

test("a kept value is read as it was written; what somebody else wrote is none", () => {
  const kept = { value: Uint8Array.of(0, 255), fence: 3, expiresAtMs: 1_795_000_000_000 };
  expect([readValue(writeValue(kept)), readValue(writeValue({ ...kept, value: undefined }))]).toEqual([
    kept,
    { ...kept, value: undefined },
  ]);
  const foreign = new Uint8Array(20).fill(255);
  expect([readValue(Uint8Array.of(1)), readValue(foreign)]).toEqual([undefined, undefined]);
});
