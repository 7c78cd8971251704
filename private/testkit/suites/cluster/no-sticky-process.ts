// A node without sticky sessions as the suites see it: a process of its own, in any runtime, that may be killed or stopped.
// Place: proxy -> **node process** -> no-sticky-node.mjs
// Rules: only the suite ends it; what it prints besides its lines is shown where it does not start.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { isObject } from "../../src/peers/raw-surface.ts";
import { within } from "../../src/peers/wait-for.ts";
import { readNativeServer, readRuntimes } from "../runtimes/runtimes.ts";
import { HOSTS } from "../runtimes/server-process.ts";

const PROGRAM = fileURLToPath(new URL("no-sticky-node.mjs", import.meta.url));
const PATIENCE_MS = 30_000;

/** What a node is told when it starts. */
export interface NodeSettings {
  readonly port: number;
  readonly redisPort: number;
  /** The name by which this run's channels are its own. */
  readonly prefix: string;
  readonly heartbeatIntervalMs: number;
  readonly leaseMs: number;
  /** Those of the server, as far as JSON can bring them along. */
  readonly options?: object;
}

/** Something that a client has said, as a node has heard it. */
export interface Heard {
  readonly client: string;
  readonly number: number;
}

function isHeard(value: unknown): value is Heard {
  return isObject(value) && typeof value["client"] === "string" && typeof value["number"] === "number";
}

/** A node. */
export class NodeProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #errors = "";
  #known = 0;
  #changed: () => void = () => undefined;

  private constructor(title: string, settings: NodeSettings, heard: (what: Heard) => void) {
    const way = HOSTS.find((host) => host.title === title);
    if (way === undefined) throw new TypeError(`Cannot start a node "${title}": there is no such way`);
    const runtime = readRuntimes().find(({ name }) => name === way.runtime);
    const [program = "", ...start] = runtime?.command ?? [];
    this.port = settings.port;
    const child = spawn(program, [...start, PROGRAM, JSON.stringify({ ...settings, host: way.host })], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1", BOWLINE_UWS: readNativeServer().path },
    });
    this.#child = child;
    this.#exited = once(child, "exit");
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors += text;
    });
    createInterface(child.stdout).on("line", (line) => {
      const told: unknown = JSON.parse(line);
      if (isObject(told) && isHeard(told["heard"])) heard(told["heard"]);
      if (isObject(told) && typeof told["known"] === "number") this.#known = told["known"];
      this.#changed();
    });
  }

  /** Starts a node. @param way one of those of the suite `runtimes`, by its title. @param heard called with each thing that a client has said to it. */
  static start(way: string, settings: NodeSettings, heard: (what: Heard) => void = () => undefined): NodeProcess {
    return new NodeProcess(way, settings, heard);
  }

  /** Settles once it knows so many others. */
  async knows(others: number): Promise<void> {
    const met = new Promise<void>((resolve) => {
      this.#changed = () => {
        if (this.#known === others) resolve();
      };
      this.#changed();
    });
    const gone = this.#exited.then(() => Promise.reject(new Error(`A node ended by itself: ${this.#errors}`)));
    await within(
      Promise.race([met, gone]),
      PATIENCE_MS,
      `a node that knows ${others} others; it told: ${this.#errors}`,
    );
  }

  /** Stops the process where it stands. */
  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  /** Ends the process without a word to anybody. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}
