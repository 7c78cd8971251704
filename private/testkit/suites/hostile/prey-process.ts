// Starts our client as a child process and sends it to servers.
// Place: tests -> **prey's parent** -> child process -> prey.ts
// Rules: a child that dies fails every hunt that is under way, with the reason; it is ended by its own pid only.

import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { within } from "../../src/peers/wait-for.ts";

/** One connection attempt of the client, with what follows. */
export interface Hunt {
  readonly id: number;
  readonly url: string;
  readonly path: string;
  readonly transports: readonly string[];
  /** When it is given up, in milliseconds. */
  readonly lastsMs: number;
  /** How often it may reconnect. */
  readonly attempts: number;
  /** By what it reads and writes packets; text by default. */
  readonly parser?: "msgpack" | "json";
}

/** An error as a program hears it. */
export interface ToldError {
  readonly isError: boolean;
  readonly message: string;
  readonly type: string;
  readonly hint: string;
}

/** What a program heard during a hunt. */
export interface PreyReport {
  readonly id: number;
  readonly connects: number;
  /** How many events of the server it heard. */
  readonly events: number;
  readonly disconnects: readonly string[];
  readonly errors: readonly ToldError[];
  /** Whether it told that it will try no more. */
  readonly hasGivenUp: boolean;
  /** Whether it is about to connect. */
  readonly isTrying: boolean;
  readonly isConnected: boolean;
  /** How many events came after `disconnect()`. */
  readonly toldTooLate?: number;
}

/** The client's process. */
export interface Prey {
  hunt(hunt: Omit<Hunt, "id">): Promise<PreyReport>;
  /** Resolves with the exit code once the process has ended by itself. */
  close(): Promise<number | null>;
}

const PATIENCE_MS = 10_000;

function field(message: unknown, key: string): unknown {
  return typeof message === "object" && message !== null ? Reflect.get(message, key) : undefined;
}

function isPreyReport(value: unknown): value is PreyReport {
  return typeof field(value, "id") === "number" && Array.isArray(field(value, "errors"));
}

const SCRIPT = fileURLToPath(new URL("prey.ts", import.meta.url));

/** Starts the script in another runtime, whose program, with what comes before the script, is the command. */
function startElsewhere([program = "", ...args]: readonly string[]): ChildProcess {
  return spawn(program, [...args, SCRIPT], { stdio: ["ignore", "inherit", "inherit", "ipc"], serialization: "json" });
}

/**
 * Starts the client's process.
 * @param command another runtime's program, with what comes before a script; this Node by default.
 */
export async function startPrey(command?: readonly string[]): Promise<Prey> {
  const child =
    command === undefined
      ? fork(SCRIPT, [], { execArgv: ["--import", "tsx"], stdio: ["ignore", "inherit", "inherit", "ipc"] })
      : startElsewhere(command);
  const waiting = new Map<number, { resolve(report: PreyReport): void; reject(error: Error): void }>();
  const gone = once(child, "exit").then(([code]) => (typeof code === "number" ? code : null));
  const ready = once(child, "message");
  let nextId = 0;
  child.on("message", (message: unknown) => {
    const report = field(message, "report");
    if (isPreyReport(report)) {
      waiting.get(report.id)?.resolve(report);
      waiting.delete(report.id);
    } else if (field(message, "is") === "died") {
      for (const { reject } of waiting.values())
        reject(new Error(`The client died: ${String(field(message, "text"))}`));
    }
  });
  await within(ready, PATIENCE_MS, "the client's process");
  return {
    hunt(hunt) {
      const id = nextId++;
      const told = new Promise<PreyReport>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        if (child.connected) child.send({ ...hunt, id });
        else reject(new Error("Cannot hunt: the client is dead"));
      });
      return within(told, PATIENCE_MS, `the report of hunt ${id}`);
    },
    async close() {
      if (child.connected) child.send("close");
      try {
        return await within(gone, PATIENCE_MS, "the end of the client's process, which something keeps alive,");
      } finally {
        child.kill("SIGKILL");
      }
    },
  };
}
