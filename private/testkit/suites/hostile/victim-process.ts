// Starts the server under attack as a child process and asks it how it is.
// Place: tests -> **victim's parent** -> child process -> victim.ts
// Rules: a child that dies is told by the next question, with the reason; it is ended by its own pid only.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { within } from "../../src/peers/wait-for.ts";
import type { ProgramName } from "./programs.ts";

/** What the victim tells of itself. */
export interface VictimReport {
  readonly connections: number;
  readonly sockets: number;
  readonly middlewaresRunning: number;
  /** Heap and buffers after a garbage collection, in bytes. */
  readonly heldBytes: number;
  readonly rssBytes: number;
  /** The longest time for which its event loop stood still since the last report, in milliseconds. */
  readonly longestDelayMs: number;
  /**
   * The same, counted in the time for which its process had a processor: a machine that is busy with others adds nothing to it.
   */
  readonly busiestTurnMs: number;
  readonly prototypesAreClean: boolean;
  /** What its program counts. */
  readonly figures: Readonly<Record<string, number>>;
}

/** Options of the victim's server, as they travel in JSON. */
export type VictimOptions = Readonly<Record<string, number | boolean | readonly string[]>>;

/** A server under attack. */
export interface Victim {
  readonly port: number;
  /** Why it died, if it did. */
  readonly causeOfDeath: string | undefined;
  report(): Promise<VictimReport>;
  /** Resolves with the first report for which `isSettled` holds, or with the last one once `timeoutMs` are over. */
  settle(isSettled: (report: VictimReport) => boolean, timeoutMs?: number): Promise<VictimReport>;
  /**
   * How many bytes it holds more than before, once there are no more connections than before: some of those may have
   * timed out meanwhile. It looks until that is less than `bound` or it has had its time, since the memory of buffers
   * comes back a little after their collection.
   */
  growth(before: VictimReport, bound: number): Promise<number>;
  /** Ends its process at once. */
  kill(): void;
  /** Ends the server; resolves with the exit code once the process has ended by itself. */
  close(): Promise<number | null>;
}

const PATIENCE_MS = 10_000;
/** It reads its own sources first. */
const START_PATIENCE_MS = 40_000;
const LOOK_INTERVAL_MS = 50;

/** Heartbeats and limits that make abandoned sessions go within seconds, and leave honest clients time on a busy machine. */
export const HASTY: VictimOptions = {
  pingInterval: 1000,
  pingTimeout: 4000,
  upgradeTimeout: 1500,
  connectTimeout: 2000,
  destroyUpgradeTimeout: 300,
};

function field(message: unknown, key: string): unknown {
  return typeof message === "object" && message !== null ? Reflect.get(message, key) : undefined;
}

function isReport(value: unknown): value is VictimReport {
  return typeof field(value, "connections") === "number" && typeof field(value, "heldBytes") === "number";
}

/**
 * Starts a victim.
 *
 * @param options - Options of its server.
 * @param program - What it runs besides.
 * @param server - The module that has the server, where that is not ours.
 * @returns The victim, listening.
 */
export async function startVictim(
  options: VictimOptions = HASTY,
  program: ProgramName = "plain",
  server?: string,
): Promise<Victim> {
  const args = [JSON.stringify(options), program, ...(server === undefined ? [] : [server])];
  const child = fork(fileURLToPath(new URL("victim.ts", import.meta.url)), args, {
    execArgv: ["--expose-gc", "--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  let causeOfDeath: string | undefined;
  const gone = once(child, "exit").then(([code]) => (typeof code === "number" ? code : null));
  child.on("message", (message: unknown) => {
    if (field(message, "is") === "died") causeOfDeath = String(field(message, "text"));
  });
  const port = Number(field(await nextMessage(child, "listening", START_PATIENCE_MS), "port"));

  async function report(): Promise<VictimReport> {
    if (!child.connected) throw new Error(`Cannot ask the victim: it is dead; ${causeOfDeath ?? "it gave no reason"}`);
    const coming = nextMessage(child, "report");
    child.send("report");
    const told = field(await coming, "report");
    if (!isReport(told)) throw new Error("Cannot read the victim's report: it lacks its figures");
    return told;
  }

  async function settle(isSettled: (told: VictimReport) => boolean, timeoutMs = PATIENCE_MS): Promise<VictimReport> {
    const until = performance.now() + timeoutMs;
    for (;;) {
      const told = await report();
      if (isSettled(told) || performance.now() > until) return told;
      await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
    }
  }

  return {
    port,
    get causeOfDeath() {
      return causeOfDeath;
    },
    report,
    settle,
    async growth(before, bound) {
      const grown = ({ heldBytes }: VictimReport) => heldBytes - before.heldBytes;
      const left = await settle((told) => told.connections <= before.connections && grown(told) < bound);
      return left.connections <= before.connections ? grown(left) : Number.POSITIVE_INFINITY;
    },
    kill() {
      child.kill("SIGKILL");
    },
    async close() {
      if (child.connected) child.send("close");
      try {
        return await within(gone, PATIENCE_MS, "the end of the victim, which something keeps alive,");
      } finally {
        child.kill("SIGKILL");
      }
    },
  };
}

function nextMessage(child: ChildProcess, is: string, patienceMs = PATIENCE_MS): Promise<unknown> {
  const arrival = new Promise<unknown>((resolve, reject) => {
    const hear = (message: unknown) => {
      const kind = field(message, "is");
      if (kind !== is && kind !== "died") return;
      stop();
      if (kind === is) resolve(message);
      else reject(new Error(`The victim died: ${String(field(message, "text"))}`));
    };
    const ended = () => {
      stop();
      reject(new Error("The victim ended without a word"));
    };
    const stop = () => {
      child.off("message", hear);
      child.off("exit", ended);
    };
    child.on("message", hear);
    child.on("exit", ended);
  });
  return within(arrival, patienceMs, `"${is}" of the victim`);
}
