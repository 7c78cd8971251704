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

/** The process that answers on a port as Redis does; where there is none, why. */
export type Redis = { readonly port: number; readonly pid: number } | { readonly missing: string };

function lookAt(port: number): Promise<Redis> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("INFO server\r\n"));
    let answer = "";
    const settle = (found: Redis): void => {
      socket.destroy();
      resolve(found);
    };
    socket.once("error", ({ message }) => settle({ missing: message }));
    socket.once("close", () => settle({ missing: `port ${port} does not answer as Redis does` }));
    socket.setEncoding("latin1").on("data", (text) => {
      answer += String(text);
      const pid = /process_id:(\d+)\r/.exec(answer)?.[1];
      if (pid !== undefined) settle({ port, pid: Number(pid) });
    });
  });
}

/** Finds Redis at `BOWLINE_REDIS_PORT`, or starts `redis-server` beside the load process. */
export async function startRedis(processes: Processes, cores: Cores | undefined): Promise<Redis> {
  const named = process.env["BOWLINE_REDIS_PORT"];
  if (named !== undefined) {
    const found = await lookAt(Number(named));
    return "missing" in found ? { missing: `BOWLINE_REDIS_PORT is ${named}, but ${found.missing}` } : found;
  }
  const port = await freePort();
  const server = processes.start({
    program: "redis-server",
    script: "cluster/redis.conf",
    args: ["--port", String(port)],
    core: cores?.[1],
  });
  const ended = server.until<never>(() => undefined).catch((error: unknown) => ({ missing: String(error) }));
  const answered = async (): Promise<Redis> => {
    for (let waited = 0; waited < PATIENCE_MS; waited += RETRY_MS) {
      const found = await lookAt(port);
      if ("port" in found) return found;
      await delay(RETRY_MS);
    }
    return { missing: "redis-server does not answer" };
  };
  return Promise.race([ended, answered()]);
}
