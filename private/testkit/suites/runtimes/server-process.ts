// A server of ours in a process of its own: in another runtime, or in Node by another way.
// Place: suite -> **process of a runtime** -> serve.mjs -> the built server
// Rules: the process ends by itself once its server has been closed, which happens when its input ends.
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { within } from "../../src/peers/wait-for.ts";
import { readNativeServer, readRuntimes } from "./runtimes.ts";

const SCRIPT = fileURLToPath(new URL("serve.mjs", import.meta.url));
const START_MS = 20_000;
const STOP_MS = 10_000;

/** A way to have our server listen. */
export interface Host {
  readonly title: string;
  readonly runtime: string;
  /** As serve.mjs names it. */
  readonly host: string;
}

/** The ways that there are; the first is what the others are compared with. */
export const HOSTS: readonly Host[] = [
  { title: "on Node", runtime: "Node 20", host: "node" },
  { title: "on Node with ws", runtime: "Node 20", host: "node with ws" },
  { title: "on uWebSockets.js", runtime: "Node 20", host: "uws" },
  { title: "on Bun", runtime: "Bun", host: "bun" },
  { title: "on Deno", runtime: "Deno", host: "node" },
];

/** Why a way cannot be gone here. */
export function missingFor({ runtime, host }: Host): string | undefined {
  const found = readRuntimes().find(({ name }) => name === runtime);
  return found?.missing ?? (host === "uws" ? readNativeServer().missing : undefined);
}

/** How a process ended, and what it wrote on the standard error. */
export interface Ended {
  readonly exitCode: number | null;
  readonly errors: string;
}

/** A server that is listening. */
export interface ServerProcess {
  readonly port: number;
  readonly url: string;
  /** Closes the server, and waits until its process has ended by itself. */
  stop(): Promise<Ended>;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

/** Starts a server with options that JSON can bring along; `guard: true` has it keep guests out. */
export async function startServer(way: Host, options: object): Promise<ServerProcess> {
  const runtime = readRuntimes().find(({ name }) => name === way.runtime);
  const [program = "", ...start] = runtime?.command ?? [];
  const child = spawn(program, [...start, SCRIPT, way.host, JSON.stringify(options)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", BOWLINE_UWS: readNativeServer().path },
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const exit = ended(child);
  const told = new Promise<number>((resolve, reject) => {
    child.stdout.once("data", (line: Buffer) => resolve(Number(line.toString())));
    void exit.then((code) => reject(new Error(`The server ended with ${code} before it listened:\n${errors}`)), reject);
  });
  const port = await within(told, START_MS, `the port of the server ${way.title}`);
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.stdin.end();
      try {
        return { exitCode: await within(exit, STOP_MS, `the end of the process; it told:\n${errors}`), errors };
      } finally {
        child.kill("SIGKILL");
      }
    },
  };
}
