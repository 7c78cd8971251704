// Adapters of third parties and what they connect by: npm packages that are installed on demand, Redis and PostgreSQL.
// Place: suite -> adapter of a third party -> **client of a broker** -> the broker of this machine
// Rules: names of channels, streams and tables are each run's own, and nothing is left behind; where a broker or the
//        packages are missing tests are skipped with the reason, on CI they fail.

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import type { NatsConnection } from "@bowline/nats";
import type { JetStreamClient, JetStreamManager } from "@bowline/nats/jetstream";
import type { PostgresPool as OwnPostgresPool } from "@bowline/postgres";
import type { AdapterConstructor } from "@bowline/server";

const FOLDER = new URL("../../../../.cache/downstream/adapters/", import.meta.url);
const requireThere: NodeJS.Require = createRequire(new URL("package.json", FOLDER));

interface Broker {
  readonly host: string;
  readonly port: number;
}

/** Where the brokers are. */
const BROKERS: Readonly<Record<"redis" | "postgres" | "nats", Broker>> = {
  redis: { host: "127.0.0.1", port: Number(process.env["BOWLINE_REDIS_PORT"] ?? 6379) },
  postgres: { host: "127.0.0.1", port: Number(process.env["BOWLINE_POSTGRES_PORT"] ?? 5432) },
  nats: { host: "127.0.0.1", port: Number(process.env["BOWLINE_NATS_PORT"] ?? 4222) },
};

/** A client of Redis, by either library. */
export interface RedisClient {
  duplicate(): RedisClient;
  connect?(): Promise<unknown>;
  del(key: string): Promise<unknown>;
  quit(): Promise<unknown>;
}

/** A pool of connections to PostgreSQL. */
export interface PostgresPool extends OwnPostgresPool {
  end(): Promise<unknown>;
}

/** A connection to NATS. */
export interface NatsClient extends NatsConnection {
  close(): Promise<void>;
}

/** Deletes streams. */
export interface StreamDeletion {
  readonly streams: { names(): AsyncIterable<string>; delete(name: string): Promise<boolean> };
}

/** What is used of the packages. */
interface Packages {
  readonly redis: { createClient(options: object): RedisClient & { on(event: string, listener: () => void): unknown } };
  readonly ioredis: { readonly Redis: new (port: number, host: string) => RedisClient };
  readonly pg: { readonly Pool: new (options: object) => PostgresPool };
  readonly "@socket.io/redis-adapter": {
    createAdapter(pub: RedisClient, sub: RedisClient, options: object): AdapterConstructor;
    createShardedAdapter(pub: RedisClient, sub: RedisClient, options: object): AdapterConstructor;
  };
  readonly "@socket.io/redis-streams-adapter": {
    createAdapter(client: RedisClient, options: object): AdapterConstructor;
  };
  readonly "@socket.io/postgres-adapter": { createAdapter(pool: PostgresPool, options: object): AdapterConstructor };
  readonly "@nats-io/transport-node": { connect(options: object): Promise<NatsClient> };
  readonly "@nats-io/jetstream": {
    jetstream(connection: NatsConnection): JetStreamClient;
    jetstreamManager(connection: NatsConnection): Promise<JetStreamManager & StreamDeletion>;
  };
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
  if (broker === undefined) return undefined;
  const { host, port } = BROKERS[broker];
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.end();
      resolve(undefined);
    });
    socket.once("error", ({ message }) => resolve(`no ${broker} at ${host}:${port}: ${message}`));
  });
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
export const REDIS: Broker = BROKERS.redis;

/** Connects to PostgreSQL. */
export function connectPostgres(options: object = {}): PostgresPool {
  const { host, port } = BROKERS.postgres;
  const { Pool } = loadPackage("pg");
  return new Pool({ host, port, user: "postgres", database: "postgres", max: 10, ...options });
}

/** Connects to NATS. @param port of a server that is not the usual one. */
export function connectNats(port: number = BROKERS.nats.port, options: object = {}): Promise<NatsClient> {
  const { connect: connectTo } = loadPackage("@nats-io/transport-node");
  const defaults = { servers: `${BROKERS.nats.host}:${port}`, maxReconnectAttempts: -1, reconnectTimeWait: 100 };
  return connectTo({ ...defaults, ...options });
}

/** A second client beside another: one that subscribes can do nothing else. */
export async function duplicate(client: RedisClient): Promise<RedisClient> {
  const second = client.duplicate();
  if (second.connect !== undefined && Reflect.get(second, "status") === undefined) await second.connect();
  return second;
}
