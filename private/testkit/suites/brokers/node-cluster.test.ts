// Our cluster of one machine: workers of node:cluster, threads, and processes that find their primary by a path, each with
// our server.
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Primary, setupPrimary } from "@bowline/node-cluster";
import { type Socket as ClientSocket, io as connect } from "socket.io-client-v4";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { waitFor } from "../../src/peers/wait-for.ts";
import { uniqueName } from "./broker-packages.ts";
import { NodeWorker, type WorkerKind } from "./node-cluster-workers.ts";

const PATIENCE = { timeout: 20_000, interval: 20 };
const PATH = join(tmpdir(), `${uniqueName()}.sock`);

const FLEETS: readonly (readonly [string, readonly WorkerKind[]])[] = [
  ["workers of node:cluster", ["cluster, as JSON", "cluster, as JSON", "cluster, as JSON"]],
  ["threads", ["thread", "thread", "thread"]],
  ["a mixed fleet", ["cluster, serialized in the advanced way", "thread", "path"]],
];

let primary: Primary;

beforeAll(async () => {
  primary = setupPrimary({ path: PATH, maxQueuedBytes: 4 * 1024 * 1024 });
  await primary.ready;
});

afterAll(async () => {
  await primary.close();
  rmSync(PATH, { force: true });
});

describe.each(FLEETS)("%s", (_name, kinds) => {
  const workers: NodeWorker[] = [];
  const clients: ClientSocket[] = [];

  function workerAt(index: number): NodeWorker {
    const worker = workers[index];
    if (worker === undefined) throw new Error(`Cannot take worker ${index}: it is not there`);
    return worker;
  }

  async function open(url: string): Promise<ClientSocket> {
    const client = connect(url, { forceNew: true, transports: ["websocket"], reconnection: false });
    clients.push(client);
    await waitFor(client, "connect", undefined, "the client");
    return client;
  }

  async function join(index: number, ...rooms: readonly string[]): Promise<ClientSocket> {
    const client = await open(workerAt(index).url);
    await workerAt(index).run(({ io }, id, names) => io.sockets.sockets.get(id)?.join(names), client.id ?? "", rooms);
    return client;
  }

  /** A client of each worker, in these rooms. */
  const joinAll = (...rooms: readonly string[]): Promise<ClientSocket[]> =>
    Promise.all(workers.map((_, index) => join(index, ...rooms)));

  /** What clients get under one name. */
  function collect(all: readonly ClientSocket[], event: string): unknown[][] {
    return all.map((client) => {
      const got: unknown[] = [];
      client.on(event, (...args: unknown[]) => got.push(...args));
      return got;
    });
  }

  /** Waits until every worker knows of so many, itself included. */
  async function gathered(count: number): Promise<void> {
    for (const worker of workers) {
      await vi.waitFor(async () => {
        const found = await worker.run(
          async ({ io }): Promise<number[]> => [
            await io.of("/").adapter.serverCount(),
            await io.of("/desk").adapter.serverCount(),
          ],
        );
        expect(found).toEqual([count, count]);
      }, PATIENCE);
    }
  }

  beforeAll(async () => {
    workers.push(...(await Promise.all(kinds.map((kind) => NodeWorker.start(kind, PATH)))));
    await gathered(kinds.length);
  }, 60_000);

  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await vi.waitFor(() => expect(primary.status.peers).toBe(0), PATIENCE);
  });

  test("a broadcast reaches the clients of all workers, once and in order, bytes and all", async () => {
    const got = collect(await joinAll(), "news");
    const all = Array.from({ length: 256 }, (_, value) => value);
    await workerAt(1).run(({ io }, values) => {
      io.emit("news", 0, Buffer.from(values), { deep: Buffer.from([3]) });
      for (let count = 1; count <= 200; count++) io.emit("news", count);
    }, all);
    const whole = [0, Buffer.from(all), { deep: Buffer.from([3]) }, ...Array.from({ length: 200 }, (_, at) => at + 1)];
    await vi.waitFor(() => expect(got).toEqual([whole, whole, whole]), PATIENCE);
  });

  test("a broadcast reaches the members of rooms, and not those of others", async () => {
    const got = collect([await join(0, "ra", "rb"), await join(1, "ra"), await join(2, "rb", "rc")], "news");
    await workerAt(0).run(({ io }) => void io.to(["ra", "rb"]).except("rc").emit("news", 1));
    await workerAt(2).run(({ io }) => void io.to("rc").emit("news", 2));
    await workerAt(1).run(({ io }) => void io.to("ra").emit("news", 3));
    await workerAt(1).run(({ io }) => void io.local.to("ra").emit("news", 4));
    await vi.waitFor(() => expect(got.map((one) => [...one].sort())).toEqual([[1, 3], [1, 3, 4], [2]]), PATIENCE);
  });

  test("sockets of all workers are found with what they have, join, leave and are sent away", async () => {
    const all = await joinAll("joiners");
    const ids = all.map(({ id }) => id).sort();
    const membersOf = (index: number, room: string) =>
      workerAt(index).run(async ({ io }, name) => (await io.in(name).fetchSockets()).map(({ id }) => id).sort(), room);
    expect(await membersOf(0, "joiners")).toEqual(ids);
    await workerAt(2).run(({ io }) => io.in("joiners").socketsJoin("j1"));
    await vi.waitFor(async () => expect(await membersOf(0, "j1")).toEqual(ids), PATIENCE);
    await workerAt(0).run(({ io }) => io.in("joiners").socketsLeave("j1"));
    await vi.waitFor(async () => expect(await membersOf(1, "j1")).toEqual([]), PATIENCE);
    const gone = Promise.all(all.map((client) => waitFor(client, "disconnect", undefined, "the client")));
    await workerAt(1).run(({ io }) => io.in("joiners").disconnectSockets(true));
    expect((await gone).map(([why]) => why)).toEqual(Array.from(all, () => "io server disconnect"));
  });

  test("clients of all workers answer a broadcast", async () => {
    for (const [index, client] of (await joinAll("answering")).entries()) {
      client.on("ask", (value: number, answer: (...args: unknown[]) => void) => answer(value + index));
    }
    const answers = await workerAt(0).run(
      ({ io }): Promise<number[]> => io.to("answering").timeout(20_000).emitWithAck("ask", 5),
    );
    expect(answers.sort()).toEqual([5, 6, 7]);
  });

  test("an event goes to the other workers, and is answered by each of them", async () => {
    for (const [index, worker] of workers.entries()) {
      await worker.run(({ io, notes }, own) => {
        io.on("reload", (what: unknown) => notes.push(what));
        io.on("who", (answer: (value: number) => void) => answer(own));
      }, index);
    }
    await workerAt(1).run(({ io }) => io.serverSideEmit("reload", { bytes: Buffer.from([9]) }));
    await vi.waitFor(
      async () =>
        expect(await Promise.all(workers.map((worker) => worker.run(({ notes }) => notes.length)))).toEqual([1, 0, 1]),
      PATIENCE,
    );
    const answers = await workerAt(1).run(({ io }): Promise<number[]> => io.serverSideEmitWithAck("who"));
    expect(answers.sort()).toEqual([0, 2]);
  });

  test("messages of a megabyte come through whole", async () => {
    const got = collect(await joinAll("large"), "large");
    await workerAt(0).run(({ io }) => void io.emit("large", Buffer.alloc(2 ** 20, 7), "x".repeat(2 ** 20)));
    const whole = [Buffer.alloc(2 ** 20, 7), "x".repeat(2 ** 20)];
    await vi.waitFor(
      () => expect(got.map((one) => isDeepStrictEqual(one, whole))).toEqual([true, true, true]),
      PATIENCE,
    );
  });

  test("what a worker has appended and put is there when it has been killed", async () => {
    const name = uniqueName();
    const first = await workerAt(2).run(async ({ bus }, topic) => {
      const offset = await bus.log?.append(topic, Uint8Array.of(1));
      await bus.log?.append(topic, Uint8Array.of(2));
      await bus.store?.put(topic, Uint8Array.of(3), 0, 60_000);
      return offset ?? "";
    }, name);
    await workers.pop()?.kill();
    const left = await workerAt(0).run(
      async ({ bus }, topic, after) => {
        const found: number[] = [];
        for await (const entry of bus.log?.read(topic, after) ?? []) found.push(...entry.bytes);
        const taken = await bus.store?.take(topic);
        return [found, [...(taken?.value ?? [])], taken?.fence];
      },
      name,
      first,
    );
    expect(left).toEqual([[2], [3], 1]);
    workers.push(await NodeWorker.start(kinds[2] ?? "path", PATH));
    await gathered(kinds.length);
  });

  test("a worker that is killed amid broadcasts costs the others nothing, and the one in its place hears all", async () => {
    const got = collect([await join(0, "amid"), await join(1, "amid")], "count");
    const sending = workerAt(0).run(async ({ io }) => {
      for (let count = 0; count < 400; count++) {
        io.to("amid").emit("count", count);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
    await workers.pop()?.kill();
    await sending;
    const whole = Array.from({ length: 400 }, (_, count) => count);
    await vi.waitFor(() => expect(got).toEqual([whole, whole]), PATIENCE);
    workers.push(await NodeWorker.start(kinds[2] ?? "path", PATH));
    await gathered(kinds.length);
    const again = collect([await join(2, "again")], "news");
    await workerAt(0).run(({ io }) => void io.to("again").emit("news", 1));
    await vi.waitFor(() => expect(again).toEqual([[1]]), PATIENCE);
  });
});
