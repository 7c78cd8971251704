// What a store asks of Redis, and how it reads the answers; that the scripts do what they should is shown by the suites on a
// real Redis.
import { expect, test } from "vitest";
import { KeyStore } from "./key-store.ts";

function createStore(answer: unknown) {
  const sent: unknown[][] = [];
  const store = new KeyStore({
    send: async (...command) => {
      sent.push(command);
      return answer;
    },
  });
  return { store, sent };
}

test("a value goes to its key with its fence and its time, which is a millisecond at least", async () => {
  const { store, sent } = createStore(1);
  await store.put("k", Uint8Array.of(1), 3, 0.2);
  await store.drop("k", 4);
  expect(sent.map(([key, name, , ...rest]) => [key, name, ...rest])).toEqual([
    ["k", "EVAL", "1", "k", Uint8Array.of(1), "3", "1"],
    ["k", "EVAL", "1", "k", "4"],
  ]);
});

test("a value is taken or claimed with its new fence, and none is none", async () => {
  const { store, sent } = createStore([Uint8Array.of(7), 5]);
  expect([await store.take("k"), await store.claim("k")]).toEqual([
    { value: Uint8Array.of(7), fence: 5 },
    { value: Uint8Array.of(7), fence: 5 },
  ]);
  expect(sent.map((command) => command.at(-1))).toEqual(["take", "claim"]);
  expect(await createStore(null).store.take("k")).toBeUndefined();
});
