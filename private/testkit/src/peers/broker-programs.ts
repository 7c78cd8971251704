// The programs of brokers, as tests start them.
// Place: suite -> **program** -> broker
// Rules: what was acknowledged is there after a restart, but for a Redis that is told to forget.

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { Client } from "pg";
import type { BrokerProgram, User } from "./broker-server.ts";

const SAME_SIGNALS = { SIGTERM: "SIGTERM", SIGKILL: "SIGKILL" } as const;

/** Sends a line to whoever listens. @returns the beginning of the answer; nothing where nobody is there. */
export function ask(port: number, line?: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      if (line !== undefined) socket.write(`${line}\r\n`);
    });
    socket.once("data", (chunk) => {
      socket.destroy();
      resolve(String(chunk));
    });
    socket.once("error", () => resolve(""));
    socket.once("close", () => resolve(""));
  });
}

/** PostgreSQL refuses to run as root, and is installed with a user of its own. */
function postgresUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: idOf("-u"), gid: idOf("-g") };
}

export const POSTGRES: BrokerProgram = {
  name: "PostgreSQL",
  programs: ["initdb", "postgres"],
  user: postgresUser,
  prepare(folder, _port, user) {
    const options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"];
    execFileSync("initdb", ["--pgdata", folder, ...options], { stdio: "ignore", ...user });
  },
  command: (folder, port) =>
    // What a process has written survives its end; only a machine that loses its power needs fsync.
    ["postgres", "-D", folder, "-k", folder, "-h", "127.0.0.1", "-p", String(port), "-c", "fsync=off"],
  // SIGTERM would wait for clients to go, and SIGKILL leave other processes of it behind.
  signals: { SIGTERM: "SIGINT", SIGKILL: "SIGQUIT" },
  async answers(port) {
    const client = new Client({ host: "127.0.0.1", port, user: "postgres", database: "postgres" });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.query("SELECT 1");
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  },
};

export const NATS: BrokerProgram = {
  name: "NATS",
  programs: ["nats-server"],
  command: (folder, port) => ["nats-server", "-a", "127.0.0.1", "-p", String(port), "-js", "-sd", folder],
  signals: SAME_SIGNALS,
  answers: async (port) => (await ask(port)).startsWith("INFO "),
};

const REDIS_SERVER = process.env["BOWLINE_REDIS_SERVER"] ?? "redis-server";

/** @param keeping whether there is a file of what was written. */
function redis(name: string, keeping: "yes" | "no"): BrokerProgram {
  return {
    name,
    programs: [REDIS_SERVER],
    command(folder, port) {
      const place = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder];
      return [REDIS_SERVER, ...place, "--save", "", "--appendonly", keeping];
    },
    signals: SAME_SIGNALS,
    answers: async (port) => (await ask(port, "PING")).startsWith("+PONG"),
  };
}

export const REDIS: BrokerProgram = redis("Redis", "yes");

/** What it knew is gone when it ends. */
export const FORGETFUL_REDIS: BrokerProgram = redis("Redis", "no");

/** What a sentinel watches. */
export interface Watched {
  readonly name: string;
  readonly port: number;
  /** How soon a silent master is held for dead, and how long its replacement may take, in milliseconds. */
  readonly downAfterMs: number;
  readonly failoverTimeoutMs: number;
}

/** A sentinel of three. */
export function sentinelOf({ name, port: watched, downAfterMs, failoverTimeoutMs }: Watched): BrokerProgram {
  const fileIn = (folder: string): string => join(folder, "sentinel.conf");
  return {
    ...REDIS,
    name: "Sentinel",
    prepare(folder, port) {
      const lines = [
        `port ${port}`,
        "bind 127.0.0.1",
        `dir ${folder}`,
        `sentinel monitor ${name} 127.0.0.1 ${watched} 2`,
        `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
        `sentinel failover-timeout ${name} ${failoverTimeoutMs}`,
      ];
      writeFileSync(fileIn(folder), `${lines.join("\n")}\n`);
    },
    command: (folder) => [REDIS_SERVER, fileIn(folder), "--sentinel"],
  };
}
