// A Redis that dies and comes back, under nodes of ours with every kind of client: their own clients are served meanwhile,
// subscriptions come back, and no program ends.
import { createCluster } from "@bowline/adapter/cluster";
import { createAdapter, redisBus } from "@bowline/redis";
import { Server, type ServerOptions } from "@bowline/server";
import { type Socket as ClientSocket, io as connect } from "socket.io-client-v4";
import { afterEach, describe, expect, test, vi } from "vitest";
import { FORGETFUL_REDIS } from "../../src/peers/broker-programs.ts";
import { BrokerServer, whyNoProgram } from "../../src/peers/broker-server.ts";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import { uniqueName } from "./broker-packages.ts";
import { CLIENT_PAIRS, type ClientPair } from "./redis-clients.ts";

const PATIENCE = { timeout: 15_000, interval: 20 };
const missing = whyNoProgram(FORGETFUL_REDIS);
const reason = missing === undefined ? "" : ` (skipped: ${missing})`;
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** What connects a server, by the name of the wire. */
const WIRES: Readonly<Record<string, (pair: ClientPair, name: string) => Partial<ServerOptions>>> = {
  "our wire": ({ pub, sub }, prefix) => ({
    cluster: createCluster({ bus: redisBus(pub, sub), prefix, requestTimeoutMs: 500 }),
  }),
  "upstream's wire": ({ pub, sub }, key) => ({ adapter: createAdapter(pub, sub, { key, requestsTimeout: 500 }) }),
};

async function startRedis(): Promise<BrokerServer> {
  const redis = await BrokerServer.start(FORGETFUL_REDIS);
  endings.push(() => redis.remove());
  return redis;
}

async function startPair(redis: BrokerServer, library: string): Promise<ClientPair> {
  const pair = await CLIENT_PAIRS[library]?.(redis.port);
  if (pair === undefined) throw new Error(`Cannot connect by "${library}": there is no such library`);
  endings.push(() => pair.end());
  return pair;
}

async function startServer(options: Partial<ServerOptions>): Promise<{ io: Server; client: ClientSocket }> {
  const http = await listenOnLoopback(0);
  const io = new Server(http.server, options);
  endings.push(() => io.close());
  io.on("connection", (socket) => void socket.join("room"));
  const client = connect(`http://127.0.0.1:${http.port}`, { forceNew: true, transports: ["websocket"] });
  endings.push(() => client.disconnect());
  await waitFor(client, "connect", undefined, "the client");
  return { io, client };
}

/** What a client has got under the name `news`. */
function collect(client: ClientSocket): unknown[] {
  const got: unknown[] = [];
  client.on("news", (value: unknown) => got.push(value));
  return got;
}

const CASES = Object.keys(CLIENT_PAIRS).flatMap((library) =>
  Object.keys(WIRES).map((wire) => [library, wire] as const),
);

describe.skipIf(missing !== undefined)(`a Redis that dies and comes back${reason}`, () => {
  test.each(CASES)(
    "clients of a node by %s with %s are served meanwhile, and those of others afterwards",
    async (library, wire) => {
      const redis = await startRedis();
      const key = uniqueName();
      const optionsOf = WIRES[wire] ?? (() => ({}));
      const one = await startServer(optionsOf(await startPair(redis, library), key));
      const two = await startServer(optionsOf(await startPair(redis, library), key));
      const [here, there] = [collect(one.client), collect(two.client)];
      await vi.waitFor(() => {
        one.io.to("room").emit("news", "before");
        expect(there).toContain("before");
      }, PATIENCE);
      await redis.end("SIGKILL");
      await vi.waitFor(async () => {
        const found = await one.io.fetchSockets().catch(() => []);
        expect(found.length).toBeLessThan(2);
      }, PATIENCE);
      one.io.to("room").emit("news", "meanwhile");
      await vi.waitFor(() => expect(here).toContain("meanwhile"), PATIENCE);
      await redis.start();
      await vi.waitFor(() => {
        one.io.to("room").emit("news", "after");
        two.io.to("room").emit("news", "back");
        expect(there).toContain("after");
        expect(here).toContain("back");
      }, PATIENCE);
      await vi.waitFor(async () => expect(await two.io.fetchSockets()).toHaveLength(2), PATIENCE);
    },
  );

  test.each(Object.keys(CLIENT_PAIRS))(
    "a bus by %s says how Redis is, refuses meanwhile, and hears its topics again",
    async (library) => {
      const redis = await startRedis();
      const { pub, sub } = await startPair(redis, library);
      const bus = redisBus(pub, sub);
      endings.push(() => bus.close());
      const told: string[] = [];
      bus.onStatus((status) => told.push(status));
      await vi.waitFor(() => expect(bus.status).toBe("up"), PATIENCE);
      const got: string[] = [];
      await bus.join("topic", (bytes) => got.push(Buffer.from(bytes).toString("hex")));
      await bus.publish("topic", Uint8Array.of(0, 255, 128));
      await vi.waitFor(() => expect(got).toEqual(["00ff80"]), PATIENCE);
      await redis.end("SIGKILL");
      await vi.waitFor(() => expect(bus.status).toBe("down"), PATIENCE);
      await expect(bus.publish("topic", Uint8Array.of(1))).rejects.toMatchObject({ code: "BOWLINE_BUS_AWAY" });
      await expect(bus.join("other", () => undefined)).rejects.toMatchObject({ code: "BOWLINE_BUS_AWAY" });
      await redis.start();
      await vi.waitFor(() => expect(bus.status).toBe("up"), PATIENCE);
      expect(await bus.subscribers?.("topic")).toBe(1);
      await bus.publish("topic", Uint8Array.of(2));
      await vi.waitFor(() => expect(got).toEqual(["00ff80", "02"]), PATIENCE);
      expect(told.slice(-2)).toEqual(["down", "up"]);
      await bus.close();
      expect(told.at(-1)).toBe("closed");
    },
  );
});
