// socket.io-redis 5, as programs of 2.x install it: an adapter of the elder contract, with what only it can do; and what
// sends from outside, @socket.io/redis-emitter.
import { type AdapterConstructor, Server } from "@bowline/server";
import { type Socket as ClientSocket, io as connect } from "socket.io-client-v4";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { waitFor } from "../../src/peers/wait-for.ts";
import {
  connectNodeRedis,
  duplicate,
  loadPackage,
  REDIS,
  type RedisClient,
  uniqueName,
  whyMissing,
} from "./broker-packages.ts";

const missing = await whyMissing("redis");
const PATIENCE = { timeout: 10_000, interval: 20 };
const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function startServer(adapter: AdapterConstructor, compat?: 2): Promise<{ io: Server; client: ClientSocket }> {
  const http = await listenOnLoopback(0);
  const io = new Server(http.server, compat === undefined ? { adapter } : { adapter, compat });
  endings.push(() => io.close());
  const client = connect(`http://localhost:${http.port}`, { forceNew: true, transports: ["websocket"] });
  endings.push(() => client.disconnect());
  await waitFor(client, "connect", undefined, "the client");
  return { io, client };
}

/** Calls a method of something that comes without types. */
function callMethod(owner: unknown, method: string, ...args: unknown[]): unknown {
  const found: unknown = typeof owner === "object" && owner !== null ? Reflect.get(owner, method) : undefined;
  if (typeof found !== "function") throw new Error(`Cannot call "${method}": it is not there`);
  const result: unknown = Reflect.apply(found, owner, args);
  return result;
}

/** Calls a method that only an adapter of the elder contract has, and gives what it calls back with. */
function callElder(io: Server, method: string, ...args: unknown[]): Promise<unknown> {
  const { adapter } = io.of("/");
  return new Promise((resolve, reject) => {
    const done = (error: unknown, value: unknown): void => (error ? reject(error) : resolve(value));
    callMethod(adapter, method, ...args, done);
  });
}

describe.skipIf(missing !== undefined)(
  `socket.io-redis 5${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    /** Two servers, one of 4.x and one of 2.x, each with a client. */
    async function startPair() {
      const key = uniqueName();
      const options = { ...REDIS, key, requestsTimeout: 2000 };
      const one = await startServer(loadPackage("socket.io-redis")(options));
      const two = await startServer(loadPackage("socket.io-redis")(options), 2);
      for (const { io } of [one, two]) {
        const { adapter } = io.of("/");
        for (const name of ["pubClient", "subClient"]) {
          const connection: unknown = Reflect.get(adapter, name);
          // Once the servers have ended.
          endings.unshift(() => callMethod(connection, "quit"));
        }
      }
      const ids = [one.client.id, two.client.id].sort();
      await vi.waitFor(async () => expect([...(await one.io.allSockets())].sort()).toEqual(ids), PATIENCE);
      return { one, two, ids };
    }

    test("a broadcast reaches the clients of all servers, bytes and all", async () => {
      const { one, two } = await startPair();
      const got = Promise.all([one, two].map(({ client }) => waitFor(client, "news", undefined, "the client")));
      one.io.emit("news", 1, Buffer.from([1, 2]));
      const whole = [1, Buffer.from([1, 2])];
      expect(await got).toEqual([whole, whole]);
    });

    test("rooms go over servers", async () => {
      const { one, two } = await startPair();
      await one.io.sockets.sockets.get(one.client.id ?? "")?.join("r");
      const got = waitFor(one.client, "news", undefined, "the client");
      two.io.to("r").emit("news", "from two");
      expect(await got).toEqual(["from two"]);
    });

    test("the methods of its own are there: who is where, and having clients of other servers join and go", async () => {
      const { one, two, ids } = await startPair();
      const there = await callElder(one.io, "clients", []);
      expect(Array.isArray(there) ? there.map(String).sort() : there).toEqual(ids);
      await callElder(one.io, "remoteJoin", two.client.id, "afar");
      expect(await callElder(two.io, "clientRooms", two.client.id)).toEqual([two.client.id, "afar"]);
      expect(await callElder(one.io, "clients", ["afar"])).toEqual([two.client.id]);
      const gone = waitFor(two.client, "disconnect", undefined, "the client");
      await callElder(one.io, "remoteDisconnect", two.client.id, true);
      expect((await gone)[0]).toBe("io server disconnect");
    });
  },
);

describe.skipIf(missing !== undefined)(
  `@socket.io/redis-emitter${missing === undefined ? "" : ` (skipped: ${missing})`}`,
  () => {
    const clients: RedisClient[] = [];
    let pub: RedisClient;

    beforeAll(async () => {
      pub = await connectNodeRedis();
      clients.push(pub, await duplicate(pub), await duplicate(pub));
    });

    afterAll(async () => {
      await Promise.all(clients.map((client) => client.quit()));
    });

    test("reaches clients of our servers, has them join and go, and tells the servers", async () => {
      const key = uniqueName();
      const [, one = pub, two = pub] = clients;
      const { createAdapter } = loadPackage("@socket.io/redis-adapter");
      const { io, client } = await startServer(createAdapter(one, two, { key }));
      const emitter = new (loadPackage("@socket.io/redis-emitter").Emitter)(pub, { key });
      await vi.waitFor(async () => expect(await io.of("/").adapter.serverCount()).toBe(1), PATIENCE);
      const told = waitFor(io.sockets, "reload", undefined, "the server");
      const news = waitFor(client, "news", undefined, "the client");
      const others = waitFor(client, "room news", undefined, "the client");
      emitter.emit("news", 1, Buffer.from([1]));
      emitter.socketsJoin("r");
      await vi.waitFor(() => expect(io.of("/").adapter.rooms.has("r")).toBe(true), PATIENCE);
      emitter.to("r").emit("room news", 2);
      emitter.serverSideEmit("reload", "settings");
      expect([await news, await others, await told]).toEqual([[1, Buffer.from([1])], [2], ["settings"]]);
      const gone = waitFor(client, "disconnect", undefined, "the client");
      emitter.in("r").disconnectSockets();
      expect((await gone)[0]).toBe("io server disconnect");
    });
  },
);
