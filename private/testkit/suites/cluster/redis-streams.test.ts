// What the bus over Redis streams keeps, over each library, while its Redis ends and comes back.
import { redisStreamsBus } from "@bowline/redis/streams";
import { afterEach, describe, expect, it, vi } from "vitest";
import { REDIS } from "../../src/peers/broker-programs.ts";
import { BrokerServer } from "../../src/peers/broker-server.ts";
import { loadPackage, whyMissing } from "../brokers/broker-packages.ts";

type Client = Parameters<typeof redisStreamsBus>[0];

function asClient(made: unknown): Client;
function asClient(made: unknown): unknown {
  return made;
}

const LIBRARIES: Readonly<Record<string, (port: number) => Client>> = {
  "node-redis": (port) => asClient(loadPackage("redis").createClient({ url: `redis://127.0.0.1:${port}` })),
  ioredis: (port) => asClient(new (loadPackage("ioredis").Redis)(port, "127.0.0.1")),
};

const missing = await whyMissing("redis");
const reason = missing === undefined ? "" : ` (skipped: ${missing})`;
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Waits for something that only the broker decides. */
function until(isSo: () => boolean, what: string): Promise<void> {
  return vi.waitFor(() => expect(isSo(), what).toBe(true), { timeout: 10_000, interval: 20 });
}

function call(client: object, method: string, ...args: readonly unknown[]): void {
  const found: unknown = Reflect.get(client, method);
  if (typeof found === "function") void Reflect.apply(found, client, args);
}

/** A Redis of the test's own, and a bus to it that is up. */
async function createScene(library: string, maxLogEntries?: number) {
  // While one fsync is under way Redis answers before it has written the next entries, unless each has its own.
  const server = await BrokerServer.start(REDIS, "--stream-node-max-entries", "10", "--appendfsync", "always");
  ends.push(() => server.remove());
  const create = LIBRARIES[library] ?? expect.fail("no such library");
  const client = create(server.port);
  call(client, "on", "error", () => undefined);
  // Of node-redis it has never been connected, and there is nothing to end.
  if (library === "ioredis") ends.push(() => call(client, "disconnect"));
  const bus = redisStreamsBus(client, maxLogEntries === undefined ? {} : { maxLogEntries });
  ends.push(() => bus.close());
  const { log, store } = bus;
  if (log === undefined || store === undefined) expect.fail("the bus keeps nothing");
  await until(() => bus.status === "up", "the bus to be up");
  const told: (number | string)[] = [];
  const follower = {
    entry: ({ bytes }: { readonly bytes: Uint8Array }) => void told.push(bytes[0] ?? -1),
    gap: () => void told.push("gap"),
  };
  return { server, bus, log, store, told, follower };
}

describe.skipIf(missing !== undefined)(`@bowline/redis/streams${reason}`, () => {
  describe.each(Object.keys(LIBRARIES))("over %s", (library) => {
    it("goes on with the log where it was when Redis comes back, and refuses what is appended meanwhile", async () => {
      const { server, bus, log, told, follower } = await createScene(library);
      await log.follow("t", follower);
      const offset = await log.append("t", new Uint8Array([1]));
      await until(() => told.length === 1, "the first entry");
      await server.end("SIGKILL");
      await until(() => bus.status === "down", "the bus to notice");
      await expect(log.append("t", new Uint8Array([2]))).rejects.toThrow();
      await server.start();
      await until(() => bus.status === "up", "the bus to be up again");
      await log.append("t", new Uint8Array([3]));
      await until(() => told.length === 2, "the entry afterwards");
      expect([told, await log.reaches("t", offset)]).toEqual([[1, 3], true]);
    });

    it("knows what it does not reach: what was trimmed, what was never written, and what is no offset", async () => {
      const { log, told, follower } = await createScene(library, 10);
      const { from } = await log.follow("t", follower);
      const appended = Array.from({ length: 1_000 }, (_, at) => log.append("t", new Uint8Array([at % 250])));
      const last = (await Promise.all(appended)).at(-1) ?? "";
      await until(() => told.at(-1) === 999 % 250, "the last entry");
      const reached = await Promise.all([from, last, "9999999999999-0", "abc.1"].map((id) => log.reaches("t", id)));
      expect(reached).toEqual([false, true, false, false]);
    });

    it("gives a value to one taker alone, and ignores who has been overtaken", async () => {
      const { store } = await createScene(library);
      const value = new Uint8Array([0, 255, 7]);
      await store.put("k", value, 0, 10_000);
      expect(await store.claim?.("k")).toMatchObject({ fence: 1 });
      const taken = await store.take("k");
      expect([Buffer.from(taken?.value ?? []), taken?.fence]).toEqual([Buffer.from(value), 2]);
      expect(await store.take("k")).toBeUndefined();
      await store.put("k", value, 1, 10_000);
      expect(await store.take("k")).toBeUndefined();
      await store.put("k", value, 2, 10_000);
      await store.drop("k", 1);
      expect(await store.take("k")).toMatchObject({ fence: 3 });
    });
  });
});
