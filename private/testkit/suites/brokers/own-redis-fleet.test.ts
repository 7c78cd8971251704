// What else is on a Redis beside nodes of ours: senders from outside, theirs and ours, and nodes of 2.x; and what a node
// does not hear.
import { createCluster } from "@bowline/adapter/cluster";
import { redisBus } from "@bowline/redis";
import { Emitter } from "@bowline/redis/emitter";
import { type AdapterConstructor, Server, type ServerOptions } from "@bowline/server";
import { type Socket as ClientSocket, io as connect } from "socket.io-client-v4";
import { afterEach, describe, expect, test, vi } from "vitest";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import { loadElderServer, loadOfficialServer } from "../adapters/official-server.ts";
import {
  connectNodeRedis,
  duplicate,
  loadPackage,
  REDIS,
  type RedisClient,
  uniqueName,
  whyMissing,
} from "./broker-packages.ts";
import { ownAdapter, typed } from "./own-redis.ts";

const PATIENCE = { timeout: 10_000, interval: 20 };
const missing = await whyMissing("redis");
const reason = missing === undefined ? "" : ` (skipped: ${missing})`;
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function connectPair(): Promise<readonly [RedisClient, RedisClient]> {
  const pub = await connectNodeRedis();
  const sub = await duplicate(pub);
  endings.push(() => Promise.all([pub.quit(), sub.quit()]));
  return [pub, sub];
}

async function start(options: Partial<ServerOptions>, Class = Server): Promise<{ io: Server; url: string }> {
  const http = await listenOnLoopback(0);
  const io = new Class(http.server, options);
  endings.push(() => io.close());
  return { io, url: `http://127.0.0.1:${http.port}` };
}

async function open(url: string): Promise<ClientSocket> {
  const client = connect(url, { forceNew: true, transports: ["websocket"], reconnection: false });
  endings.push(() => client.disconnect());
  await waitFor(client, "connect", undefined, "the client");
  return client;
}

const theirs = (pub: RedisClient, sub: RedisClient, key: string): AdapterConstructor =>
  loadPackage("@socket.io/redis-adapter").createAdapter(pub, sub, { key });

describe.skipIf(missing !== undefined)(`beside nodes of ours${reason}`, () => {
  test.each(["ours", "upstream's"])(
    "the emitter that is %s reaches the clients and the servers of both",
    async (whose) => {
      const key = uniqueName();
      const ours = await start({ adapter: ownAdapter(...(await connectPair()), { key }) });
      const official = await start({ adapter: theirs(...(await connectPair()), key) }, loadOfficialServer());
      const all = [await open(ours.url), await open(official.url)];
      await vi.waitFor(async () => expect(await ours.io.fetchSockets()).toHaveLength(2), PATIENCE);
      const [pub] = await connectPair();
      const emitter =
        whose === "ours"
          ? new Emitter(typed(pub), { key })
          : new (loadPackage("@socket.io/redis-emitter").Emitter)(pub, { key });
      const news = all.map((client) => waitFor(client, "news", undefined, "the client"));
      const told = [ours.io, official.io].map((io) => waitFor(io.sockets, "reload", undefined, "the server"));
      emitter.emit("news", 1, Buffer.from([1]));
      emitter.serverSideEmit("reload", "settings");
      const whole = [1, Buffer.from([1])];
      expect(await Promise.all(news)).toEqual([whole, whole]);
      expect(await Promise.all(told)).toEqual([["settings"], ["settings"]]);
      emitter.socketsJoin("r");
      await vi.waitFor(async () => expect(await official.io.in("r").fetchSockets()).toHaveLength(2), PATIENCE);
      const gone = all.map((client) => waitFor(client, "disconnect", undefined, "the client"));
      emitter.in("r").disconnectSockets();
      expect((await Promise.all(gone)).map(([why]) => why)).toEqual(["io server disconnect", "io server disconnect"]);
    },
  );

  test("bytes between servers stay bytes at an official server", async () => {
    const key = uniqueName();
    const ours = await start({ adapter: ownAdapter(...(await connectPair()), { key }) });
    const official = await start({ adapter: theirs(...(await connectPair()), key) }, loadOfficialServer());
    await vi.waitFor(async () => expect(await ours.io.of("/").adapter.serverCount()).toBe(2), PATIENCE);
    const told = waitFor(official.io.sockets, "reload", undefined, "the server");
    ours.io.serverSideEmit("reload", Buffer.from([1, 2]));
    expect(await told).toEqual([Buffer.from([1, 2])]);
  });

  test("a server of 2.x and ours send to each other's clients, and it finds ours", async () => {
    const key = uniqueName();
    const ours = await start({ adapter: ownAdapter(...(await connectPair()), { key }) });
    const elder = await start({ adapter: loadPackage("socket.io-redis")({ ...REDIS, key }) }, loadElderServer());
    const client = await open(ours.url);
    const got: unknown[] = [];
    client.on("news", (value: unknown) => got.push(value));
    const adapter: object = elder.io.of("/").adapter;
    await vi.waitFor(() => {
      elder.io.of("/").emit("news", "from 2.x");
      expect(got).toContain("from 2.x");
    }, PATIENCE);
    const ids = await new Promise((resolve, reject) => {
      const clients: unknown = Reflect.get(adapter, "clients");
      if (typeof clients !== "function") throw new Error("Cannot ask for clients: the adapter has no such method");
      Reflect.apply(clients, adapter, [
        [],
        (error: unknown, found: unknown) => (error ? reject(error) : resolve(found)),
      ]);
    });
    expect(ids).toEqual([client.id]);
  });

  test("on our own wire a node without members of a room hears nothing of what is for it", async () => {
    const prefix = uniqueName();
    const heard = new Map<string, number>();
    const nodeOf = async (name: string) => {
      const [pub, sub] = await connectPair();
      const bus = redisBus(typed(pub), typed(sub));
      const join = bus.join.bind(bus);
      bus.join = (topic, receive) =>
        join(topic, (bytes) => {
          if (!topic.endsWith("#nodes")) heard.set(name, (heard.get(name) ?? 0) + 1);
          receive(bytes);
        });
      return start({ cluster: createCluster({ bus, prefix }) });
    };
    const [one, two, three] = [await nodeOf("one"), await nodeOf("two"), await nodeOf("three")];
    const client = await open(two.url);
    await two.io.sockets.sockets.get(client.id ?? "")?.join("room");
    await vi.waitFor(async () => expect(await three.io.of("/").adapter.serverCount()).toBe(3), PATIENCE);
    const got: unknown[] = [];
    client.on("news", (value: unknown) => got.push(value));
    heard.clear();
    for (let count = 0; count < 50; count++) one.io.to("room").emit("news", count);
    await vi.waitFor(() => expect(got).toHaveLength(50), PATIENCE);
    expect([heard.get("two"), heard.get("three")]).toEqual([50, undefined]);
  });
});
