// @socket.io/cluster-adapter, as programs install it, on upstream's base of adapters and on ours: workers of Node's
// cluster, each a process of its own with our server.
import { type Socket as ClientSocket, io as connect } from "socket.io-client-v4";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { waitFor } from "../../src/peers/wait-for.ts";
import { whyMissing } from "./broker-packages.ts";
import { ClusterWorker } from "./cluster-workers.ts";

const WORKERS = 3;
const PATIENCE = { timeout: 20_000, interval: 20 };

const missing = await whyMissing();
const reason = missing === undefined ? "" : ` (skipped: ${missing})`;

describe.skipIf(missing !== undefined).each([
  ["upstream's base", "official"],
  ["our base", "own"],
] as const)(`@socket.io/cluster-adapter on %s${reason}`, (_name, base) => {
  const workers: ClusterWorker[] = [];
  const clients: ClientSocket[] = [];

  function workerAt(index: number): ClusterWorker {
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
        const counts = await worker.run(({ io }) =>
          Promise.all([io.of("/"), io.of("/desk")].map(({ adapter }) => adapter.serverCount())),
        );
        expect(counts).toEqual([count, count]);
      }, PATIENCE);
    }
  }

  beforeAll(async () => {
    workers.push(...(await Promise.all(Array.from({ length: WORKERS }, () => ClusterWorker.start(base)))));
    await gathered(WORKERS);
  }, 60_000);

  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
  });

  test("its base is the one that it is said to have", async () => {
    expect(await workerAt(0).run(({ hasOwnBase }) => hasOwnBase)).toBe(base === "own");
  });

  test("a broadcast reaches the clients of all workers, bytes and all", async () => {
    const got = collect(await joinAll(), "news");
    await workerAt(1).run(({ io }) => void io.emit("news", 1, Buffer.from([1, 2]), { deep: Buffer.from([3]) }));
    const whole = [1, Buffer.from([1, 2]), { deep: Buffer.from([3]) }];
    await vi.waitFor(() => expect(got).toEqual([whole, whole, whole]), PATIENCE);
  });

  test("a broadcast reaches the members of rooms, once, and not those of others", async () => {
    const got = collect([await join(0, "ra", "rb"), await join(1, "ra"), await join(2, "rb", "rc")], "news");
    await workerAt(0).run(({ io }) => void io.to(["ra", "rb"]).except("rc").emit("news", 1));
    await workerAt(2).run(({ io }) => void io.to("rc").emit("news", 2));
    await workerAt(1).run(({ io }) => void io.to("ra").emit("news", 3));
    await vi.waitFor(() => expect(got.map((one) => [...one].sort())).toEqual([[1, 3], [1, 3], [2]]), PATIENCE);
  });

  test("a local broadcast stays in its worker, and a socket's spares the socket", async () => {
    const all = await joinAll("near");
    const got = collect(all, "news");
    await workerAt(1).run(({ io }) => void io.local.to("near").emit("news", 1));
    await workerAt(1).run(
      ({ io }, id) => void io.sockets.sockets.get(id)?.to("near").emit("news", 2),
      all[1]?.id ?? "",
    );
    await vi.waitFor(() => expect(got).toEqual([[2], [1], [2]]), PATIENCE);
  });

  test("namespaces are apart", async () => {
    const got = collect([await join(0, "same"), await open(`${workerAt(2).url}/desk`)], "news");
    await workerAt(1).run(({ io }) => void io.of("/desk").emit("news", "desk"));
    await workerAt(1).run(({ io }) => void io.to("same").emit("news", "main"));
    await vi.waitFor(() => expect(got).toEqual([["main"], ["desk"]]), PATIENCE);
  });

  test("sockets of all workers are found with what they have, join and leave rooms", async () => {
    const all = await joinAll("joiners");
    const ids = all.map(({ id }) => id).sort();
    await workerAt(1).run(({ io }, id) => {
      const socket = io.sockets.sockets.get(id);
      if (socket !== undefined) socket.data = { name: "ann" };
    }, all[1]?.id ?? "");
    const found = await workerAt(0).run(async ({ io }): Promise<{ id: string; data: unknown }[]> => {
      const sockets = await io.in("joiners").fetchSockets();
      return sockets.map((socket) => {
        const data: unknown = socket.data;
        return { id: socket.id, data, rooms: socket.rooms, query: socket.handshake.query };
      });
    });
    expect(found.map(({ id }) => id).sort()).toEqual(ids);
    expect(found.find(({ id }) => id === all[1]?.id)).toMatchObject({
      data: { name: "ann" },
      rooms: new Set([all[1]?.id, "joiners"]),
      query: { transport: "websocket" },
    });
    const membersOf = (index: number, room: string) =>
      workerAt(index).run(async ({ io }, name) => (await io.in(name).fetchSockets()).map(({ id }) => id).sort(), room);
    await workerAt(2).run(({ io }) => io.in("joiners").socketsJoin(["j1", "j2"]));
    await vi.waitFor(async () => expect(await membersOf(0, "j2")).toEqual(ids), PATIENCE);
    await workerAt(0).run(({ io }) => io.in("joiners").socketsLeave("j1"));
    await vi.waitFor(async () => expect(await membersOf(1, "j1")).toEqual([]), PATIENCE);
    expect(await membersOf(2, "j2")).toEqual(ids);
  });

  test("sockets of other workers are sent to, and sent away one by one or together", async () => {
    const all = await joinAll("leavers");
    const hello = waitFor(all[1] ?? expect.fail("no client"), "hello", undefined, "the client");
    const gone = Promise.all(all.map((client) => waitFor(client, "disconnect", undefined, "the client")));
    await workerAt(0).run(async ({ io }, id) => {
      const [found] = await io.in(id).fetchSockets();
      found?.emit("hello", Buffer.from([4]));
      found?.disconnect();
    }, all[1]?.id ?? "");
    expect(await hello).toEqual([Buffer.from([4])]);
    await workerAt(1).run(({ io }) => io.in("leavers").disconnectSockets(true));
    expect((await gone).map(([why]) => why)).toEqual(Array.from(all, () => "io server disconnect"));
  });

  test("clients of all workers answer a broadcast, and those that do not are told of", async () => {
    const all = await joinAll("answering");
    for (const [index, client] of all.entries()) {
      client.on("ask", (value: number, answer: (...args: unknown[]) => void) => answer(value + index));
    }
    for (const client of all.slice(1)) client.on("half", (answer: (bytes: Buffer) => void) => answer(Buffer.from([7])));
    const answers = await workerAt(0).run(
      ({ io }): Promise<number[]> => io.to("answering").timeout(20_000).emitWithAck("ask", 5),
    );
    expect(answers.sort()).toEqual([5, 6, 7]);
    const failure = await workerAt(0).run(
      ({ io }) =>
        new Promise<{ message: string; answers: unknown[] }>((resolve) => {
          io.to("answering")
            .timeout(1500)
            .emit("half", (error: Error, some: unknown[]) => resolve({ message: error.message, answers: some }));
        }),
    );
    expect(failure).toEqual({
      message: "operation has timed out",
      answers: [Buffer.from([7]), Buffer.from([7])],
    });
  });

  test("an event goes to the other workers, and is answered by each of them", async () => {
    for (const [index, worker] of workers.entries()) {
      await worker.run(({ io, notes }, own) => {
        io.on("reload", (what: unknown) => notes.push(what));
        io.on("who", (answer: (value: number) => void) => answer(own));
      }, index);
    }
    await workerAt(1).run(({ io }) => io.serverSideEmit("reload", { bytes: Buffer.from([9]) }));
    const told = [{ bytes: Buffer.from([9]) }];
    await vi.waitFor(
      async () =>
        expect(await Promise.all(workers.map((worker) => worker.run(({ notes }) => notes)))).toEqual([told, [], told]),
      PATIENCE,
    );
    const answers = await workerAt(1).run(({ io }): Promise<number[]> => io.serverSideEmitWithAck("who"));
    expect(answers.sort()).toEqual([0, 2]);
  });

  test("clients without polling come by the port that all workers share, and hear from all", async () => {
    const ports = await Promise.all(workers.map((worker) => worker.run(({ listenOnShared }) => listenOnShared())));
    expect(new Set(ports).size).toBe(1);
    const all = await Promise.all(Array.from({ length: 6 }, () => open(`http://127.0.0.1:${ports[0]}`)));
    const got = collect(all, "news");
    for (const [index, worker] of workers.entries())
      await worker.run(({ io }, own) => void io.emit("news", own), index);
    await vi.waitFor(
      () => expect(got.map((one) => [...one].sort())).toEqual(Array.from(all, () => [0, 1, 2])),
      PATIENCE,
    );
  });

  test("a worker that is killed is waited for no more, and the one in its place belongs to them", async () => {
    await workers.pop()?.kill();
    await gathered(WORKERS - 1);
    expect(await workerAt(0).run(({ io }): Promise<number[]> => io.serverSideEmitWithAck("who"))).toEqual([1]);
    workers.push(await ClusterWorker.start(base));
    await gathered(WORKERS);
    const got = collect(await joinAll("again"), "news");
    await workerAt(2).run(({ io }) => void io.to("again").emit("news", 1));
    await vi.waitFor(() => expect(got).toEqual([[1], [1], [1]]), PATIENCE);
  });
});
