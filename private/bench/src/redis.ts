// A Redis for the metrics that need one: the one that is named, or one of the run's own.
// Place: run -> **Redis** -> processes
// Rules: an own one holds nothing, listens on a free port of loopback, and ends with the run.

import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Cores } from "./machine.ts";
import type { Processes } from "./processes.ts";

const PATIENCE_MS = 5000;
const RETRY_MS = 50;

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Why nobody answers on a port; undefined where somebody does. */
function whySilent(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", ({ message }) => resolve(message));
    socket.once("connect", () => {
      socket.destroy();
      resolve(undefined);
    });
  });
}

/** Where Redis is, or why there is none. */
export type Redis = { readonly port: number } | { readonly missing: string };

/** Finds Redis at `BOWLINE_REDIS_PORT`, or starts `redis-server` beside the load process. */
export async function startRedis(processes: Processes, cores: Cores | undefined): Promise<Redis> {
  const named = process.env["BOWLINE_REDIS_PORT"];
  if (named !== undefined) {
    const silence = await whySilent(Number(named));
    return silence === undefined
      ? { port: Number(named) }
      : { missing: `BOWLINE_REDIS_PORT is ${named}, but ${silence}` };
  }
  const port = await freePort();
  const server = processes.start({
    program: "redis-server",
    script: "cluster/redis.conf",
    args: ["--port", String(port)],
    core: cores?.[1],
  });
  const ended = server.until<never>(() => undefined).catch((error: unknown) => String(error));
  const answered = async (): Promise<string | undefined> => {
    for (let waited = 0; waited < PATIENCE_MS; waited += RETRY_MS) {
      if ((await whySilent(port)) === undefined) return undefined;
      await delay(RETRY_MS);
    }
    return "redis-server does not answer";
  };
  const missing = await Promise.race([ended, answered()]);
  return missing === undefined ? { port } : { missing };
}
