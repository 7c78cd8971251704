// Servers of brokers of a test's own, which may be ended and started again.
// Place: suite -> client of a broker -> **broker**
// Rules: free ports, a folder of its own that goes with the test; it is ended by its process, whatever became of the test.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "./http-listener.ts";

const PATIENCE_MS = 30_000;

/** Who a program runs as. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** A program that is a broker. */
export interface BrokerProgram {
  readonly name: string;
  /** What has to be there. */
  readonly programs: readonly string[];
  /** Who it runs as, where that is not who runs the tests. */
  user?(): User | undefined;
  /** Fills a folder that is new. */
  prepare?(folder: string, port: number, user: User | undefined): void;
  command(folder: string, port: number): readonly [program: string, ...args: readonly string[]];
  /** What ends it in order, and what ends it as a crash does. */
  readonly signals: { readonly SIGTERM: NodeJS.Signals; readonly SIGKILL: NodeJS.Signals };
  /** Whether it is there. */
  answers(port: number): Promise<boolean>;
}

/** Why a server of a program cannot be started here; undefined where it can, and on CI, where that is a failure. */
export function whyNoProgram({ name, programs }: BrokerProgram): string | undefined {
  if (process.env["CI"] === "true") return undefined;
  for (const program of programs) {
    try {
      execFileSync(program, ["--version"], { stdio: "ignore" });
    } catch {
      return `there is no program ${program}: install ${name}`;
    }
  }
  return undefined;
}

/** One server. */
export class BrokerServer {
  readonly port: number;
  readonly #program: BrokerProgram;
  readonly #folder: string;
  readonly #user: User | undefined;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(program: BrokerProgram, port: number, args: readonly string[]) {
    this.#program = program;
    this.port = port;
    this.#args = args;
    this.#user = program.user?.();
    this.#folder = mkdtempSync(join(tmpdir(), "bowline-broker-"));
    this.#fill();
  }

  /** Starts a server. @param args more of its command line. */
  static async start(program: BrokerProgram, ...args: readonly string[]): Promise<BrokerServer> {
    const server = new BrokerServer(program, await freePort(), args);
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    const [program, ...args] = this.#program.command(this.#folder, this.port);
    const child = spawn(program, [...args, ...this.#args], { stdio: "ignore", ...this.#user });
    this.#child = child;
    let failure: string | undefined;
    child.once("error", ({ message }) => {
      failure = message;
    });
    const until = performance.now() + PATIENCE_MS;
    while (!(await this.#program.answers(this.port))) {
      if (failure !== undefined || child.exitCode !== null || performance.now() > until) {
        const reason = failure ?? `it has ended with ${child.exitCode}, or does not answer`;
        throw new Error(`Cannot start ${this.#program.name} at port ${this.port}: ${reason}`);
      }
      await delay(20);
    }
  }

  /** Ends the process. @param how SIGTERM in order, SIGKILL as a crash does. */
  async end(how: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(this.#program.signals[how]);
    await ended;
  }

  /** After its end: what it kept is gone when it is started again. */
  forget(): void {
    rmSync(this.#folder, { recursive: true, force: true });
    this.#fill();
  }

  /** Ends the process, and removes what it kept. */
  async remove(): Promise<void> {
    await this.end("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #fill(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    if (this.#user !== undefined) chownSync(this.#folder, this.#user.uid, this.#user.gid);
    this.#program.prepare?.(this.#folder, this.port, this.#user);
  }
}
