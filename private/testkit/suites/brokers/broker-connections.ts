// Connections to the PostgreSQL and the NATS of this machine, or of a test, by the clients that programs hand in.
// Place: suite -> our bus -> **client of the program** -> the broker
// Rules: where a broker is missing tests are skipped with the reason, on CI they fail.

import { connect } from "node:net";
import type { Bus } from "@bowline/adapter/cluster";
import { type JetStreamBusOptions, jetstreamBus } from "@bowline/nats/jetstream";
import { type JetStreamManager, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect as connectTo, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import { Pool, type PoolConfig } from "pg";

interface Broker {
  readonly host: string;
  readonly port: number;
}

/** Where the brokers of this machine are. */
export const BROKERS: Readonly<Record<"redis" | "postgres" | "nats", Broker>> = {
  redis: { host: "127.0.0.1", port: Number(process.env["BOWLINE_REDIS_PORT"] ?? 6379) },
  postgres: { host: "127.0.0.1", port: Number(process.env["BOWLINE_POSTGRES_PORT"] ?? 5432) },
  nats: { host: "127.0.0.1", port: Number(process.env["BOWLINE_NATS_PORT"] ?? 4222) },
};

/** So often JetStream is asked for. */
const MANAGER_ATTEMPTS = 10;

/** Why tests with a broker cannot run; undefined where they can, and on CI, where that is a failure. */
export function whyNoBroker(name: keyof typeof BROKERS): Promise<string | undefined> {
  if (process.env["CI"] === "true") return Promise.resolve(undefined);
  const { host, port } = BROKERS[name];
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("connect", () => {
      socket.end();
      resolve(undefined);
    });
    socket.once("error", ({ message }) => resolve(`no ${name} at ${host}:${port}: ${message}`));
  });
}

/** A pool of connections to PostgreSQL. */
export function connectPostgres(options: PoolConfig = {}): Pool {
  const { host, port } = BROKERS.postgres;
  return new Pool({ host, port, user: "postgres", database: "postgres", max: 10, ...options });
}

/** Connects to NATS. @param port of a server that is not the usual one. */
export function connectNats(
  port: number = BROKERS.nats.port,
  options: NodeConnectionOptions = {},
): Promise<NatsConnection> {
  const defaults = { servers: `${BROKERS.nats.host}:${port}`, maxReconnectAttempts: -1, reconnectTimeWait: 100 };
  return connectTo({ ...defaults, ...options });
}

/** A server that has just been started leaves questions about JetStream unanswered for a while. */
async function managerOf(connection: NatsConnection): Promise<JetStreamManager> {
  for (let attempt = 1; attempt < MANAGER_ATTEMPTS; attempt++) {
    try {
      return await jetstreamManager(connection, { timeout: 1000 });
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "TimeoutError") throw error;
    }
  }
  return jetstreamManager(connection);
}

/** A bus over JetStream. */
export async function openJetStream(connection: NatsConnection, options: JetStreamBusOptions): Promise<Bus> {
  const parts = { client: jetstream(connection), manager: await managerOf(connection) };
  return jetstreamBus(connection, parts, options);
}

/** Deletes the streams of a prefix. */
export async function deleteStreams(prefix: string, port?: number): Promise<void> {
  const connection = await connectNats(port);
  const { streams } = await jetstreamManager(connection);
  for await (const name of streams.names()) if (name.startsWith(prefix)) await streams.delete(name);
  await connection.close();
}
