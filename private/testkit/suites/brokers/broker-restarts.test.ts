// PostgreSQL and NATS that are killed and started again while messages are sent: what buses and servers over them owe.
// Rules: each test has a server of its own; what the broker has acknowledged is told once and in order, whatever happens; an
//        error that nobody has caught fails the test.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bus, createCluster } from "@bowline/adapter/cluster";
import { postgresBus } from "@bowline/postgres";
import { Server, type ServerOptions } from "@bowline/server";
import { io as connect } from "socket.io-client-v4";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { NATS, POSTGRES } from "../../src/peers/broker-programs.ts";
import { BrokerServer, whyNoProgram } from "../../src/peers/broker-server.ts";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { startTcpProxy } from "../../src/peers/tcp-proxy.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import { QUICK_CLUSTER } from "../cluster/own-clusters.ts";
import { connectNats, connectPostgres, openJetStream } from "./broker-connections.ts";
import { createFollower, until, untilUp } from "./bus-suite.ts";

const BUSES = {
  async PostgreSQL(port: number): Promise<Bus> {
    const pool = connectPostgres({ port });
    const bus = postgresBus(pool, { maxReconnectDelayMs: 300, answerTimeoutMs: 3_000, pingIntervalMs: 500 });
    onTestFinished(async () => {
      await bus.close();
      await pool.end();
    });
    return bus;
  },
  async JetStream(port: number): Promise<Bus> {
    const connection = await connectNats(port);
    const bus = await openJetStream(connection, { answerTimeoutMs: 3_000 });
    onTestFinished(async () => {
      await bus.close();
      await connection.close();
    });
    return bus;
  },
} as const;

const PATIENCE = { timeout: 15_000, interval: 50 };

const KINDS = [
  ["PostgreSQL", POSTGRES],
  ["JetStream", NATS],
] as const;

/** What nobody has caught, from now to the end of the test. */
function watchForUncaught(): unknown[] {
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  for (const event of ["unhandledRejection", "uncaughtException"]) process.on(event, note);
  onTestFinished(() => {
    for (const event of ["unhandledRejection", "uncaughtException"]) process.off(event, note);
  });
  return uncaught;
}

/** Hands numbers over every 5 ms until it is stopped. @returns those that were acknowledged, once all is settled. */
function send(handOver: (number: number) => Promise<unknown>): () => Promise<number[]> {
  const acknowledged: number[] = [];
  const settling: Promise<unknown>[] = [];
  let next = 0;
  const timer = setInterval(() => {
    const number = next++;
    const outcome = handOver(number);
    settling.push(
      outcome.then(
        () => acknowledged.push(number),
        () => undefined,
      ),
    );
  }, 5);
  return async () => {
    clearInterval(timer);
    await Promise.all(settling);
    return acknowledged.sort((one, other) => one - other);
  };
}

const encode = (number: number): Uint8Array => new TextEncoder().encode(String(number));
const isRising = (numbers: readonly number[]): boolean =>
  numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? number));

for (const [name, program] of KINDS) {
  const missing = whyNoProgram(program);
  const reason = missing === undefined ? "" : ` (skipped: ${missing})`;

  describe.skipIf(missing !== undefined)(`${name} is killed and started again${reason}`, () => {
    async function ownServer(): Promise<BrokerServer> {
      const server = await BrokerServer.start(program);
      onTestFinished(() => server.remove());
      return server;
    }

    test("what buses have acknowledged is told once and in order, and topics are heard again", async () => {
      const uncaught = watchForUncaught();
      const server = await ownServer();
      const [sender, receiver] = [await BUSES[name](server.port), await BUSES[name](server.port)];
      await Promise.all([untilUp(sender), untilUp(receiver)]);
      const statuses: string[] = [];
      receiver.onStatus((status) => statuses.push(status));
      const heard: number[] = [];
      await receiver.join("topic", (bytes) => heard.push(Number(new TextDecoder().decode(bytes))));
      const follower = createFollower();
      await receiver.log?.follow("log", follower);
      const stopPublishing = send((number) => sender.publish("topic", encode(number)));
      const stopAppending = send((number) => sender.log?.append("log", encode(number)) ?? Promise.reject());
      for (const how of ["SIGKILL", "SIGTERM"] as const) {
        const before = heard.length;
        await until(() => heard.length > before + 20 && follower.told.length > 20, "messages before");
        await server.end(how);
        await until(() => [sender, receiver].every(({ status }) => status === "down"), "the loss");
        await server.start();
        await until(() => [sender, receiver].every(({ status }) => status === "up"), "the return");
      }
      const [reached, heardBefore] = [follower.told.length, heard.length];
      await until(() => heard.length > heardBefore + 20 && follower.told.length > reached + 20, "messages after");
      await stopPublishing();
      const acknowledged = await stopAppending();
      await vi.waitFor(() => expect(follower.told).toContain(String(acknowledged.at(-1))), PATIENCE);
      const told = follower.told.map(Number);
      expect([isRising(heard), isRising(told), statuses]).toEqual([true, true, ["down", "up", "down", "up"]]);
      expect(acknowledged.filter((number) => !told.includes(number))).toEqual([]);
      expect(uncaught).toEqual([]);
    }, 90_000);

    test("a server serves its own clients meanwhile, keeps no more than it may, and reaches the others afterwards", async () => {
      const uncaught = watchForUncaught();
      const broker = await ownServer();
      const nodes = await Promise.all([start(broker.port), start(broker.port)]);
      const [one, other] = nodes;
      await until(() => nodes.every(({ cluster }) => cluster.nodes.length === 1), "the nodes to know each other");
      const [near, far] = [await one.client(), await other.client()];
      await broker.end("SIGKILL");
      await until(() => nodes.every(({ bus }) => bus.status === "down"), "the loss");
      const text = "x".repeat(1_000);
      for (let number = 0; number < 500; number++) one.io.emit("news", number, text);
      await until(() => near.length === 500, "what is said at home");
      expect([near, far, one.cluster.counters.dropped > 400]).toEqual([Array.from(near.keys()), [], true]);
      await broker.start();
      await until(() => nodes.every(({ bus }) => bus.status === "up"), "the return");
      let next = 500;
      await until(() => {
        // What has waited goes first, and as long as it fills what may wait nothing else is kept.
        one.io.emit("news", next++, text);
        return (far.at(-1) ?? 0) >= 500;
      }, "what is said afterwards");
      expect([isRising(far), far.filter((number) => number < 500).length < 100]).toEqual([true, true]);
      await until(() => nodes.every(({ cluster }) => cluster.nodes.length === 1), "the nodes to know each other again");
      expect(await other.io.fetchSockets()).toHaveLength(2);
      expect(uncaught).toEqual([]);
    }, 90_000);

    test("where sessions are kept, what is said while the broker restarts reaches everybody once and in order", async () => {
      const uncaught = watchForUncaught();
      const broker = await ownServer();
      const options = { connectionStateRecovery: {} };
      const nodes = await Promise.all([start(broker.port, options), start(broker.port, options)]);
      const [one, other] = nodes;
      await until(() => nodes.every(({ cluster }) => cluster.nodes.length === 1), "the nodes to know each other");
      const [near, far] = [await one.client(), await other.client()];
      let said = 0;
      const timer = setInterval(() => one.io.emit("news", said++), 10);
      onTestFinished(() => clearInterval(timer));
      await until(() => far.length > 20, "what is said before");
      await broker.end("SIGTERM");
      await until(() => nodes.every(({ bus }) => bus.status === "down"), "the loss");
      const before = near.length;
      await until(() => near.length > before + 20, "what is said at home meanwhile");
      await broker.start();
      await until(() => nodes.every(({ bus }) => bus.status === "up"), "the return");
      const reached = far.length;
      await until(() => far.length > reached + 50, "what is said afterwards");
      clearInterval(timer);
      await until(() => [near, far].every((got) => got.at(-1) === said - 1), "the last event");
      expect([near, far]).toEqual([Array.from(near.keys()), Array.from(near.keys())]);
      expect(uncaught).toEqual([]);
    }, 90_000);

    // A new folder for PostgreSQL takes seconds.
    const isSlow = name === "PostgreSQL" && process.env["BOWLINE_FULL"] !== "1";
    const slowness = isSlow ? " (skipped: only npm run test:full plays it)" : "";

    test.skipIf(isSlow)(
      `where it comes back empty, nodes that have something to write go on all the same, and nothing comes twice${slowness}`,
      async () => {
        const uncaught = watchForUncaught();
        const broker = await ownServer();
        const options = { connectionStateRecovery: {} };
        const nodes = await Promise.all([start(broker.port, options), start(broker.port, options)]);
        await until(() => nodes.every(({ cluster }) => cluster.nodes.length === 1), "the nodes to know each other");
        const heard = await Promise.all(nodes.map((node) => node.client()));
        let said = 0;
        const timer = setInterval(() => {
          for (const { io } of nodes) io.emit("news", said++);
        }, 10);
        onTestFinished(() => clearInterval(timer));
        await until(() => heard.every((got) => got.length > 40), "what is said before");
        await broker.end("SIGKILL");
        broker.forget();
        await until(() => nodes.every(({ bus }) => bus.status === "down"), "the loss");
        await broker.start();
        await until(() => nodes.every(({ bus }) => bus.status === "up"), "the return");
        const from = said;
        // Even numbers are said by one node, odd ones by the other; clients may have begun anew meanwhile.
        const hearsBoth = (got: readonly number[]): boolean =>
          [0, 1].every((rest) => got.some((number) => number > from + 50 && number % 2 === rest));
        await until(() => heard.every(hearsBoth), "what both nodes say afterwards");
        clearInterval(timer);
        expect(heard.map((got) => got.length - new Set(got).size)).toEqual([0, 0]);
        await Promise.all(nodes.map(({ cluster }) => cluster.flushed()));
        expect(uncaught).toEqual([]);
      },
      90_000,
    );

    /** A server, and clients of it, as numbers that they get. */
    async function start(port: number, options: Partial<ServerOptions> = {}) {
      const bus = await BUSES[name](port);
      const cluster = createCluster({ bus, ...QUICK_CLUSTER, maxQueuedBytes: 64 * 1024 });
      const http = await listenOnLoopback(0);
      const io = new Server(http.server, { ...options, cluster });
      onTestFinished(() => io.close());
      return {
        bus,
        cluster,
        io,
        async client(): Promise<number[]> {
          const client = connect(`http://localhost:${http.port}`, { forceNew: true, transports: ["websocket"] });
          onTestFinished(() => void client.disconnect());
          await waitFor(client, "connect", 10_000, "the client");
          const got: number[] = [];
          client.on("news", (number: number) => got.push(number));
          return got;
        },
      };
    }
  });
}

const told = (reason: string | undefined): string => (reason === undefined ? "" : ` (skipped: ${reason})`);
const noPostgres = whyNoProgram(POSTGRES);
const noNats = whyNoProgram(NATS);

test.skipIf(noPostgres !== undefined)(
  `PostgreSQL that is silent is noticed by a ping, and the bus is there again when it speaks${told(noPostgres)}`,
  async () => {
    const uncaught = watchForUncaught();
    const server = await BrokerServer.start(POSTGRES);
    onTestFinished(() => server.remove());
    const path = await startTcpProxy(server.port);
    const { port } = path;
    onTestFinished(() => path.close());
    const pool = connectPostgres({ port, connectionTimeoutMillis: 1_000 });
    const bus = postgresBus(pool, { pingIntervalMs: 200, answerTimeoutMs: 800, maxReconnectDelayMs: 200 });
    onTestFinished(async () => {
      await bus.close();
      path.release();
      await pool.end();
    });
    await untilUp(bus);
    const heard: number[] = [];
    await bus.join("topic", (bytes) => heard.push(bytes[0] ?? -1));
    path.hold();
    await until(() => bus.status === "down", "the silence to be noticed");
    await expect(bus.store?.put("k", Uint8Array.of(1), 0, 1_000)).rejects.toMatchObject({ code: "BOWLINE_BUS_AWAY" });
    path.release();
    await untilUp(bus);
    await bus.publish("topic", Uint8Array.of(7));
    await until(() => heard.length > 0, "the message");
    expect([heard, uncaught]).toEqual([[7], []]);
  },
  60_000,
);

test.skipIf(noNats !== undefined)(
  `a consumer that NATS finds too slow is cut off, says so, and hears again${told(noNats)}`,
  async () => {
    const uncaught = watchForUncaught();
    const folder = mkdtempSync(join(tmpdir(), "bowline-nats-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "nats.conf"), "max_pending: 2097152\n");
    const server = await BrokerServer.start(NATS, "-c", join(folder, "nats.conf"));
    onTestFinished(() => server.remove());
    const path = await startTcpProxy(server.port);
    const { port } = path;
    onTestFinished(() => path.close());
    const [slow, quick] = [await BUSES.JetStream(port), await BUSES.JetStream(server.port)];
    const statuses: string[] = [];
    slow.onStatus((status) => statuses.push(status));
    const heard: number[] = [];
    await slow.join("topic", (bytes) => heard.push(bytes[0] ?? -1));
    path.hold();
    for (let sent = 0; sent < 100; sent++) await quick.publish("topic", new Uint8Array(200_000));
    path.release();
    await until(() => statuses.at(-1) === "up", "the return");
    const before = heard.length;
    await quick.publish("topic", Uint8Array.of(7));
    await until(() => heard.at(-1) === 7, "the message afterwards");
    expect([statuses, before < 100, uncaught]).toEqual([["down", "up"], true, []]);
  },
  60_000,
);
