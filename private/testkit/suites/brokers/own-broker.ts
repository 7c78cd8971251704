// A Redis of a test's own, on a free port, that can be taken away and brought back.
// Place: suite -> client of Redis -> **a Redis of its own**
// Rules: nothing is written to disk but in a folder that goes with it; it is ended by its process, whatever became of the test.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../src/peers/http-listener.ts";

const START_MS = 10_000;

/** Whether somebody listens. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Why a test with a Redis of its own cannot run; undefined where it can, and on CI, where that is a failure. */
export async function whyNoServer(): Promise<string | undefined> {
  if (process.env["CI"] === "true") return undefined;
  const probe = spawn("redis-server", ["--version"], { stdio: "ignore" });
  const outcome = await Promise.race([
    once(probe, "exit").then(() => undefined),
    once(probe, "error").then(() => "there is no program redis-server"),
  ]);
  return outcome;
}

/** A Redis of its own. */
export class OwnRedis {
  readonly port: number;
  readonly #folder: string;
  readonly #flags: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, flags: readonly string[]) {
    this.port = port;
    this.#flags = flags;
    this.#folder = mkdtempSync(join(tmpdir(), "bowline-redis-"));
  }

  /** Starts one. @param flags of the program, besides those that every one has. */
  static async start(...flags: readonly string[]): Promise<OwnRedis> {
    const redis = new OwnRedis(await freePort(), flags);
    await redis.comeBack();
    return redis;
  }

  /** It dies without a word. */
  async die(): Promise<void> {
    const dying = this.#process;
    if (dying === undefined) return;
    this.#process = undefined;
    const ended = once(dying, "exit");
    dying.kill("SIGKILL");
    await ended;
  }

  /** It is there again, and remembers nothing. */
  async comeBack(): Promise<void> {
    const options = ["--port", String(this.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
    this.#process = spawn("redis-server", [...options, "--dir", this.#folder, ...this.#flags], { stdio: "ignore" });
    const deadline = performance.now() + START_MS;
    while (!(await isListening(this.port))) {
      if (performance.now() > deadline)
        throw new Error(`Cannot start a Redis on port ${this.port}: nobody listens there`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Ends it for good. */
  async end(): Promise<void> {
    await this.die();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
