// Adapters of third parties and what they connect by: npm packages that are installed on demand, and Redis.
// Place: suite -> adapter of a third party -> **client of a broker** -> the broker of this machine
// Rules: names of channels, streams and tables are each run's own, and nothing is left behind; where a broker or the
//        packages are missing tests are skipped with the reason, on CI they fail.

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { AdapterConstructor } from "@bowline/server";
import type { Pool } from "pg";
import { BROKERS, whyNoBroker } from "./broker-connections.ts";

const FOLDER = new URL("../../../../.cache/downstream/adapters/", import.meta.url);
const requireThere: NodeJS.Require = createRequire(new URL("package.json", FOLDER));

/** A client of Redis, by either library. */
export interface RedisClient {
  duplicate(): RedisClient;
  connect?(): Promise<unknown>;
  del(key: string): Promise<unknown>;
  quit(): Promise<unknown>;
}

/** What is used of the packages. */
interface Packages {
  readonly redis: { createClient(options: object): RedisClient & { on(event: string, listener: () => void): unknown } };
  readonly ioredis: { readonly Redis: new (port: number, host: string) => RedisClient };
  readonly "@socket.io/redis-adapter": {
    createAdapter(pub: RedisClient, sub: RedisClient, options: object): AdapterConstructor;
    createShardedAdapter(pub: RedisClient, sub: RedisClient, options: object): AdapterConstructor;
  };
  readonly "@socket.io/redis-streams-adapter": {
    createAdapter(client: RedisClient, options: object): AdapterConstructor;
  };
  readonly "@socket.io/postgres-adapter": { createAdapter(pool: Pool, options: object): AdapterConstructor };
  readonly "@socket.io/redis-emitter": {
    readonly Emitter: new (client: RedisClient, options: object) => RemoteEmitter;
  };
  readonly "@socket.io/cluster-adapter": {
    createAdapter(options: object): AdapterConstructor;
    setupPrimary(): void;
  };
  readonly "socket.io-redis": (options: object) => AdapterConstructor;
}

/** Sends from outside. */
export interface RemoteEmitter {
  emit(event: string, ...args: unknown[]): unknown;
  to(room: string): RemoteEmitter;
  of(namespace: string): RemoteEmitter;
  in(room: string): RemoteEmitter;
  socketsJoin(room: string): void;
  disconnectSockets(close?: boolean): void;
  serverSideEmit(event: string, ...args: unknown[]): void;
}

/** Loads one of the packages. */
export function loadPackage<Name extends keyof Packages>(name: Name): Packages[Name];
export function loadPackage(name: string): unknown {
  const loaded: unknown = requireThere(name);
  return loaded;
}

/** Our base of adapters under upstream's name. */
function loadOwnBase(): { readonly Adapter: AdapterConstructor };
function loadOwnBase(): unknown {
  const own: unknown = createRequire(import.meta.url)("@bowline/socket.io-adapter");
  return own;
}

/** Has the packages find our base of adapters in the place of upstream's, as an alias of npm does. */
export function useOwnBase(): void {
  const official = requireThere.resolve("socket.io-adapter");
  requireThere(official);
  Reflect.set(Object(requireThere.cache[official]), "exports", loadOwnBase());
}

/** Whether an adapter is built on our base. */
export function hasOwnBase(adapter: object): boolean {
  return adapter instanceof loadOwnBase().Adapter;
}

/** A name of this run's own. */
export function uniqueName(): string {
  return `bowline-${randomBytes(6).toString("hex")}`;
}

/**
 * Why tests with a broker cannot run; undefined where they can, and on CI, where that is a failure.
 * @param broker the one that has to run; without, it is the packages alone.
 */
export async function whyMissing(broker?: keyof typeof BROKERS): Promise<string | undefined> {
  if (process.env["CI"] === "true") return undefined;
  if (!existsSync(new URL("node_modules/", FOLDER))) {
    return `nothing is installed in "${fileURLToPath(FOLDER)}": run "node tools/setup.mjs"`;
  }
  return broker === undefined ? undefined : whyNoBroker(broker);
}

/** Connects to Redis by node-redis. */
export async function connectNodeRedis(): Promise<RedisClient> {
  const { host, port } = BROKERS.redis;
  const client = loadPackage("redis").createClient({ url: `redis://${host}:${port}` });
  client.on("error", () => undefined);
  await client.connect?.();
  return client;
}

/** Connects to Redis by ioredis. */
export async function connectIoRedis(): Promise<RedisClient> {
  const { host, port } = BROKERS.redis;
  const { Redis } = loadPackage("ioredis");
  return new Redis(port, host);
}

/** Where Redis is, for adapters that connect by themselves. */
export const REDIS: (typeof BROKERS)["redis"] = BROKERS.redis;

/** A second client beside another: one that subscribes can do nothing else. */
export async function duplicate(client: RedisClient): Promise<RedisClient> {
  const second = client.duplicate();
  if (second.connect !== undefined && Reflect.get(second, "status") === undefined) await second.connect();
  return second;
}
