// @bowline/nats on a real NATS, with JetStream and without: the rules of every bus, and a server that is restarted.
import type { Bus } from "@bowline/adapter/cluster";
import { natsBus } from "@bowline/nats";
import type { NatsConnection } from "@nats-io/transport-node";
import { describe, expect, onTestFinished, test } from "vitest";
import { NATS } from "../../src/peers/broker-programs.ts";
import { BrokerServer, whyNoProgram } from "../../src/peers/broker-server.ts";
import { connectNats, deleteStreams, openJetStream, whyNoBroker } from "./broker-connections.ts";
import { uniqueName } from "./broker-packages.ts";
import { busSuite, createFollower, until } from "./bus-suite.ts";

const missing = await whyNoBroker("nats");
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

for (const keeps of [false, true]) {
  busSuite({
    name: keeps ? "JetStream" : "core NATS",
    missing,
    keeps,
    async open() {
      const prefix = uniqueName();
      const connections: NatsConnection[] = [];
      return {
        async createBus() {
          const connection = await connectNats();
          connections.push(connection);
          return keeps ? openJetStream(connection, { prefix, storage: "memory" }) : natsBus(connection, { prefix });
        },
        async close() {
          await Promise.all(connections.map((connection) => connection.close()));
          if (keeps) await deleteStreams(prefix);
        },
      };
    },
  });
}

/** A server of a test's own, which can be restarted. */
async function ownServer(...args: readonly string[]): Promise<BrokerServer> {
  const server = await BrokerServer.start(NATS, ...args);
  onTestFinished(() => server.remove());
  return server;
}

async function connectOwn(port: number): Promise<NatsConnection> {
  const connection = await connectNats(port, { waitOnFirstConnect: true, reconnectJitter: 1 });
  onTestFinished(() => connection.close());
  return connection;
}

const noProgram = whyNoProgram(NATS);
const reason = noProgram === undefined ? "" : ` (skipped: ${noProgram})`;

describe.skipIf(noProgram !== undefined)(`NATS as a broker${reason}`, () => {
  test("a bus whose server is restarted says so, refuses meanwhile, and hears its topics again", async () => {
    const server = await ownServer();
    const bus = natsBus(await connectOwn(server.port));
    const [statuses, heard] = [[] as string[], [] as number[]];
    bus.onStatus((status) => statuses.push(status));
    await bus.join("topic", (bytes) => heard.push(bytes[0] ?? -1));
    await server.end("SIGKILL");
    await until(() => bus.status === "down", "the loss");
    await expect(bus.publish("topic", Uint8Array.of(1))).rejects.toMatchObject({ code: "BOWLINE_BUS_AWAY" });
    await server.start();
    await until(() => bus.status === "up", "the return");
    await bus.publish("topic", Uint8Array.of(2));
    await until(() => heard.length > 0, "the message");
    expect([statuses, heard]).toEqual([["down", "up"], [2]]);
  });

  test("a follower goes on where it was when the server is restarted, without a gap or a double", async () => {
    const server = await ownServer();
    const bus = await openJetStream(await connectOwn(server.port), {});
    const follower = createFollower();
    await bus.log?.follow("topic", follower);
    for (const text of ["a", "b", "c"]) await bus.log?.append("topic", encode(text));
    await until(() => follower.told.length === 3, "what was before");
    await server.end("SIGKILL");
    await until(() => bus.status === "down", "the loss");
    await server.start();
    await until(() => bus.status === "up", "the return");
    for (const text of ["d", "e"]) await expect.poll(() => appended(bus, text), { timeout: 10_000 }).toBe(true);
    await until(() => follower.told.includes("e"), "what came after");
    expect(follower.told).toEqual(["a", "b", "c", "d", "e"]);
  }, 60_000);

  test("a log that is gone with its server begins anew, and its follower is told of a gap", async () => {
    const server = await ownServer();
    const bus = await openJetStream(await connectOwn(server.port), { storage: "memory" });
    const follower = createFollower();
    await bus.log?.follow("topic", follower);
    const offset = (await bus.log?.append("topic", encode("elder"))) ?? "";
    await until(() => follower.told.length === 1, "the elder entry");
    await server.end("SIGKILL");
    await until(() => bus.status === "down", "the loss");
    await server.start();
    await until(() => bus.status === "up", "the return");
    await expect.poll(() => appended(bus, "newer"), { timeout: 10_000 }).toBe(true);
    await until(() => follower.told.includes("newer"), "the newer entry");
    expect(follower.told).toEqual(["elder", "(gap)", "newer"]);
    expect(await bus.log?.reaches("topic", offset)).toBe(false);
  }, 60_000);
});

/** Appends to a log whose server may still be starting. */
async function appended(bus: Bus, text: string): Promise<boolean> {
  return (
    bus.log?.append("topic", encode(text)).then(
      () => true,
      () => false,
    ) ?? false
  );
}
