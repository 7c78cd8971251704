// Rules of servers that are given a cluster: what one sends reaches the clients of all, they are counted without being
// fetched, and a server that is closed says goodbye.
import { Adapter, IncompleteAnswersError } from "@bowline/adapter";
import { createCluster, createMemoryBroker } from "@bowline/adapter/cluster";
import { createFakePlatform, createSeededRandom, FakeClient, type FakePlatform } from "@bowline/testkit";
import { describe, expect, it, vi } from "vitest";
import type { ServerOptions } from "./options.ts";
import { RemoteSocket } from "./remote-socket.ts";
import { SocketServer } from "./server.ts";

class ServerInMemory extends SocketServer {
  readonly door = this.startEngine({});

  /** As the runtimes do it. */
  async stop(): Promise<void> {
    await this.stopEngine();
    await this.goodbyesSaid();
  }
}

/** Lets promises that are settled already have their say. */
async function settle(): Promise<void> {
  for (let round = 0; round < 60; round++) await Promise.resolve();
}

/** The error that a question ended with. */
async function failureOf(question: Promise<unknown>): Promise<IncompleteAnswersError | undefined> {
  try {
    await question;
  } catch (error) {
    if (error instanceof IncompleteAnswersError) return error;
  }
  return undefined;
}

function createServers(count: number, options: Partial<ServerOptions> = {}) {
  const { clock } = createFakePlatform();
  const broker = createMemoryBroker({ clock });
  const servers = Array.from({ length: count }, (_, at) => {
    const platform: FakePlatform = { ...createFakePlatform(), clock, random: createSeededRandom(at + 1) };
    const bus = broker.bus();
    const cluster = createCluster({ bus });
    const io = new ServerInMemory({ cluster, ...options }, platform);
    return { io, bus, cluster, platform, connect: (): FakeClient => joined(new FakeClient(io.door, clock)) };
  });
  const meet = async (): Promise<void> => {
    await settle();
    clock.advance(300);
    await settle();
  };
  const [one, two] = servers;
  if (one === undefined || two === undefined) throw new Error("Cannot play a cluster of fewer than two servers");
  return { servers, one, two, clock, broker, meet };
}

function joined(client: FakeClient): FakeClient {
  client.join();
  client.take();
  return client;
}

describe("servers of a cluster", () => {
  it("send to the clients of all", async () => {
    const { one, two, clock, meet } = createServers(2);
    const clients = [one.connect(), two.connect()];
    await meet();
    one.io.emit("news", "the doors are open");
    await settle();
    clock.endTurn();
    expect(clients.map((client) => client.take())).toEqual([
      ['2["news","the doors are open"]'],
      ['2["news","the doors are open"]'],
    ]);
  });

  it("count sockets, and tell whether there are any, of all", async () => {
    const { one, two, meet } = createServers(2);
    two.connect();
    two.connect();
    await meet();
    expect(await Promise.all([one.io.count(), one.io.of("/").count(), one.io.to("nobody").count()])).toEqual([2, 2, 0]);
    expect(await Promise.all([one.io.exists(), one.io.of("/").exists(), one.io.in("nobody").exists()])).toEqual([
      true,
      true,
      false,
    ]);
  });

  it("ask nobody whether there are sockets where one is their own", async () => {
    const { one, meet } = createServers(2);
    one.connect();
    await meet();
    const { published } = one.bus.counts;
    expect([await one.io.exists(), one.bus.counts.published - published]).toEqual([true, 0]);
  });

  it("find what there is when one of them keeps silent, and say who is missing", async () => {
    const { one, two, servers, clock, meet } = createServers(3);
    for (const { connect } of servers) connect();
    await meet();
    two.bus.cut(false);
    const [found, counted, exists] = [one.io.fetchSockets(), one.io.count(), one.io.in("x").exists()];
    const failures = Promise.all([found, counted, exists].map(failureOf));
    await settle();
    clock.advance(5000);
    const errors = await failures;
    const missing = [two.cluster.name];
    expect(errors.map((error) => error?.missing)).toEqual([missing, missing, missing]);
    expect(errors.map((error) => error?.results)).toEqual([
      [expect.objectContaining({ connected: true }), expect.any(RemoteSocket)],
      [1, 1],
      [0, 0],
    ]);
  });

  it("say goodbye when they are closed, and close their bus", async () => {
    const { one, two, meet } = createServers(2);
    await meet();
    const gone = vi.fn();
    one.cluster.onGone(gone);
    const { name } = two.cluster;
    await two.io.stop();
    await settle();
    expect([gone.mock.calls, one.cluster.nodes, two.bus.status, two.cluster.status]).toEqual([
      [[name]],
      [],
      "closed",
      "closed",
    ]);
  });

  it("have the rooms of an adapter that is given as well, and are nodes all the same", async () => {
    const { one, two, clock, meet } = createServers(2, { adapter: Adapter });
    const client = two.connect();
    await meet();
    one.io.emit("news");
    await settle();
    clock.endTurn();
    expect([client.take(), one.io.sockets.adapter.constructor, one.cluster.nodes]).toEqual([
      [],
      Adapter,
      [two.cluster.name],
    ]);
  });

  it("may not share a cluster, which is one node", () => {
    const { one } = createServers(2);
    expect(() => new ServerInMemory({ cluster: one.cluster }, createFakePlatform())).toThrow(
      "Cannot use a cluster for two servers",
    );
  });

  it("give names that are the first part of ids", () => {
    const { one, two } = createServers(2);
    expect([one.cluster.name, two.cluster.name]).toEqual([
      expect.stringMatching(/^[\w-]{4}$/),
      expect.stringMatching(/^[\w-]{4}$/),
    ]);
    expect(one.cluster.name).not.toBe(two.cluster.name);
  });

  it("count those of an adapter that cannot count by fetching them", async () => {
    const io = new ServerInMemory({}, createFakePlatform());
    expect([await io.count(), await io.exists()]).toEqual([0, false]);
  });
});
