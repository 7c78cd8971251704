// The processes of a run: started on their processor, spoken to over IPC, and ended, each by its own id.
// Place: run -> **processes** -> server process, load process, codec process
// Rules: nothing that was started here outlives the run, however it ends; a process that ends by itself ends the
//        measurement with an error that names it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
/** The repository's root folder. */
export const ROOT: string = join(HERE, "..", "..", "..");

const PATIENCE_MS = 60_000;
const GOODBYE_MS = 3000;

/** How to start a process. */
export interface StartOptions {
  /** Under this package's `src/`. */
  readonly script: string;
  readonly args?: readonly string[];
  /** What runs the script, and its own options; by default this Node. */
  readonly program?: string;
  readonly programArgs?: readonly string[];
  /** The processor it is pinned to. */
  readonly core?: number | undefined;
}

/** One process. */
export class BenchProcess {
  readonly #child: ChildProcess;
  readonly #name: string;
  #errors = "";
  #isLeaving = false;

  constructor({ script, args = [], program = process.execPath, programArgs = [], core }: StartOptions) {
    this.#name = [script, ...args].join(" ");
    const command = [program, ...programArgs, join(HERE, script), ...args];
    const [first = "", ...rest] = core === undefined ? command : ["taskset", "-c", `${core}`, ...command];
    this.#child = spawn(first, rest, { cwd: ROOT, stdio: ["ignore", "inherit", "pipe", "ipc"] });
    this.#child.stderr?.setEncoding("utf8").on("data", (text) => {
      this.#errors += String(text);
    });
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error(`Cannot start "${this.#name}"`);
    return pid;
  }

  tell(message: object): void {
    if (this.#child.connected) this.#child.send(message);
  }

  /**
   * Listens until `answer` makes something of a message.
   *
   * @param answer - Gives undefined for messages that are not the end of it.
   * @param patienceMs - How long the process may say nothing that is.
   * @returns What `answer` gave.
   * @throws Error when the process ends before, or says nothing for too long.
   */
  async until<Value>(
    answer: (message: unknown) => Value | undefined,
    patienceMs: number = PATIENCE_MS,
  ): Promise<Value> {
    const child = this.#child;
    return new Promise<Value>((resolve, reject) => {
      const settle = (how: () => void): void => {
        clearTimeout(timer);
        child.off("message", onMessage);
        child.off("exit", onExit);
        child.off("error", onError);
        how();
      };
      const fail = (reason: string): void =>
        settle(() => reject(new Error(`Cannot go on with "${this.#name}": ${reason}`)));
      const timer = setTimeout(() => fail(`it said nothing for ${patienceMs / 1000} s`), patienceMs);
      const onExit = (code: number | null, signal: string | null): void =>
        fail(`it ended with ${code ?? signal}\n${this.#errors.trim()}`);
      const onError = (error: Error): void => fail(error.message);
      const onMessage = (message: unknown): void => {
        try {
          const value = answer(message);
          if (value !== undefined) settle(() => resolve(value));
        } catch (error) {
          settle(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      };
      child.on("message", onMessage).on("exit", onExit).on("error", onError);
      if (child.exitCode !== null) onExit(child.exitCode, child.signalCode);
    });
  }

  /** What the process printed to its error output. */
  get errors(): string {
    return this.#errors;
  }

  /** Ends the process: asked to at first, so that it can write its profile, then without mercy. */
  async end(): Promise<void> {
    if (this.#hasEnded || this.#isLeaving) return;
    this.#isLeaving = true;
    const ended = once(this.#child, "exit");
    this.tell({ type: "end" });
    await Promise.race([ended, delay(GOODBYE_MS, undefined, { ref: false })]);
    if (!this.#hasEnded) {
      this.kill();
      await ended;
    }
  }

  kill(): void {
    if (!this.#hasEnded) this.#child.kill("SIGKILL");
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }
}

/** All processes of a run. */
export class Processes {
  readonly #all: BenchProcess[] = [];
  #isOver = false;

  /** @throws Error when the run has been ended. */
  start(options: StartOptions): BenchProcess {
    if (this.#isOver) throw new Error(`Cannot start "${options.script}": the run has ended`);
    const started = new BenchProcess(options);
    this.#all.push(started);
    return started;
  }

  /** The ids of all that were started. */
  get pids(): readonly number[] {
    return this.#all.map((child) => child.pid);
  }

  /** Ends all at once, and lets none begin. */
  kill(): void {
    this.#isOver = true;
    for (const child of this.#all) child.kill();
  }

  async end(): Promise<void> {
    await Promise.all(this.#all.map((child) => child.end()));
  }
}
