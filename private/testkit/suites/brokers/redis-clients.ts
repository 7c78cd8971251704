// Clients of Redis of every kind that our package takes, to any Redis, as pairs for one node.
// Place: suite -> @bowline/redis -> **clients of Redis** -> Redis

import type { RedisClient } from "@bowline/redis";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { loadPackage } from "./broker-packages.ts";
import { typed } from "./own-redis.ts";

/** Two clients for one node. */
export interface ClientPair {
  readonly pub: RedisClient;
  readonly sub: RedisClient;
  /** Ends both, wherever Redis is. */
  end(): Promise<void>;
}

const LINGER_MS = 100;
const reconnect = { reconnectStrategy: () => LINGER_MS };

async function nodeRedis4(port: number): Promise<ClientPair> {
  const { createClient: create } = loadPackage("redis");
  const clients = [0, 1].map(() => create({ socket: { host: "127.0.0.1", port, ...reconnect } }));
  const [pub, sub] = clients;
  if (pub === undefined || sub === undefined) throw new Error("Cannot make clients: there are none");
  for (const client of clients) {
    client.on("error", () => undefined);
    await client.connect?.();
  }
  return { pub: typed(pub), sub: typed(sub), end: () => endAll(clients, "disconnect") };
}

async function nodeRedis5(port: number): Promise<ClientPair> {
  const clients = [0, 1].map(() => createClient({ socket: { host: "127.0.0.1", port, ...reconnect } }));
  const [pub, sub] = clients;
  if (pub === undefined || sub === undefined) throw new Error("Cannot make clients: there are none");
  await Promise.all(clients.map((client) => client.connect()));
  return { pub, sub, end: () => endAll(clients, "destroy") };
}

/** @param autoResubscribe whether the client itself subscribes anew. */
async function ioRedis(port: number, autoResubscribe: boolean): Promise<ClientPair> {
  const options = { port, host: "127.0.0.1", autoResubscribe, retryStrategy: () => LINGER_MS };
  const clients = [new Redis(options), new Redis(options)] as const;
  const [pub, sub] = clients;
  return { pub, sub, end: () => endAll(clients, "disconnect") };
}

async function endAll(clients: readonly object[], method: string): Promise<void> {
  for (const client of clients) {
    const end: unknown = Reflect.get(client, method);
    if (typeof end === "function") await Promise.resolve(Reflect.apply(end, client, [])).catch(() => undefined);
  }
}

/** How to make a pair, by the name of the library. */
export const CLIENT_PAIRS: Readonly<Record<string, (port: number) => Promise<ClientPair>>> = {
  "node-redis 4": nodeRedis4,
  "node-redis 5": nodeRedis5,
  ioredis: (port) => ioRedis(port, true),
  "ioredis without autoResubscribe": (port) => ioRedis(port, false),
};
