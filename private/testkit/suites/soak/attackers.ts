// Starts the attackers of a soak as a child process, and tells them how many of their connections the server has.
// Place: soak -> **attackers' parent** -> child process -> attacking-process.ts

import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Who attacks whom. */
export interface AttackPlan {
  readonly port: number;
  /** How many attack at a time. */
  readonly attackers: number;
  readonly seed: number;
  /** The shortest time between two threats, which are floods, or many connections at once. */
  readonly threatPauseMs: number;
}

/** What the child is told. */
export type AttackOrder =
  | { readonly do: "answer"; readonly id: number; readonly connections: number }
  | { readonly do: "end" };

/** The attackers' process. */
export interface Attackers {
  /** What was answered as it may not be, or did not end: so far. */
  readonly faults: readonly string[];
  /** Ends the attacks. @returns how many there were of each kind. */
  end(): Promise<Readonly<Record<string, number>>>;
}

const END_PATIENCE_MS = 40_000;
const MOST_FAULTS = 50;

const field = (message: unknown, key: string): unknown =>
  typeof message === "object" && message !== null ? Reflect.get(message, key) : undefined;

/** The child's own messages come through here. */
function asCounts(counts: unknown): Readonly<Record<string, number>>;
function asCounts(counts: unknown): unknown {
  return counts ?? {};
}

/** Starts them. @param connections tells how many connections of attackers the server has. */
export function startAttackers(plan: AttackPlan, connections: () => Promise<number>): Attackers {
  const file = fileURLToPath(new URL("attacking-process.ts", import.meta.url));
  const child = fork(file, [JSON.stringify(plan)], {
    execArgv: ["--import", "tsx"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const faults: string[] = [];
  let counts: Readonly<Record<string, number>> = {};
  let isEnding = false;

  async function answer(id: number): Promise<void> {
    const count = await connections().catch(() => 0);
    if (child.connected) child.send({ do: "answer", id, connections: count });
  }

  child.on("message", (message: unknown) => {
    const is = field(message, "is");
    if (is === "question") void answer(Number(field(message, "id")));
    else if (is === "fault" && faults.length < MOST_FAULTS) faults.push(String(field(message, "text")));
    else if (is === "over") counts = asCounts(field(message, "counts"));
  });
  child.on("exit", (code) => {
    if (!isEnding) faults.push(`the attackers' process ended with ${String(code)}`);
  });

  return {
    faults,
    async end() {
      isEnding = true;
      if (child.exitCode !== null || child.signalCode !== null) return counts;
      const ended = once(child, "exit");
      if (child.connected) child.send({ do: "end" });
      const timer = setTimeout(() => child.kill("SIGKILL"), END_PATIENCE_MS);
      await ended;
      clearTimeout(timer);
      return counts;
    },
  };
}
