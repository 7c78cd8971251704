// A node as the scene sees it: a process of its own that serves clients, publishes what it is told, and may be killed.
// Place: scene -> **node process** -> node.mjs
// Rules: only the scene ends it; a node that ends by itself fails the scene with what it printed.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isObject } from "../../../src/peers/raw-surface.ts";
import { within } from "../../../src/peers/wait-for.ts";

const PROGRAM = fileURLToPath(new URL("node.mjs", import.meta.url));
const PATIENCE_MS = 60_000;

/** What a node is told when it starts. */
export interface NodeOptions {
  /** Its place among the nodes of a scene. */
  readonly node: number;
  /** The server and what connects it to others; `node.mjs` lists them. */
  readonly peer: string;
  /** The name by which this run's keys and channels are its own. */
  readonly prefix: string;
  /** How the broker is reached. */
  readonly broker: { readonly port: number } | { readonly sentinels: readonly number[]; readonly master: string };
}

export class NodeProcess {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #printed: string[];
  #isExpectedToEnd = false;

  private constructor(child: ChildProcess, port: number, printed: string[]) {
    this.#child = child;
    this.port = port;
    this.#printed = printed;
  }

  /** Starts a node, and waits until it belongs to the others. */
  static async start(options: NodeOptions): Promise<NodeProcess> {
    const child = fork(PROGRAM, [JSON.stringify(options)], { stdio: ["ignore", "pipe", "pipe", "ipc"], execArgv: [] });
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => printed.push(String(chunk)));
    const ended = once(child, "exit").then(([code, signal]) => {
      throw new Error(`Cannot go on: a node ended with ${code ?? signal}\n${printed.join("")}`);
    });
    ended.catch(() => undefined);
    const ready = new Promise<number>((resolve) => {
      child.on("message", (message: unknown) => {
        if (isObject(message) && typeof message["port"] === "number") resolve(message["port"]);
      });
    });
    try {
      const port = await Promise.race([within(ready, PATIENCE_MS, "the port of a node"), ended]);
      return new NodeProcess(child, port, printed);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  /** Has the node send a message to the room of its stream. */
  publish(stream: string, number: number): void {
    this.#child.send({ stream, number });
  }

  /** Why the node is gone, if nobody has ended it. */
  get failure(): string | undefined {
    const { exitCode, signalCode } = this.#child;
    if (this.#isExpectedToEnd || (exitCode === null && signalCode === null)) return undefined;
    return `a node ended by itself with ${exitCode ?? signalCode}: ${this.#printed.join("")}`;
  }

  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  resume(): void {
    this.#child.kill("SIGCONT");
  }

  /** Ends the process without a word to anybody. */
  async kill(): Promise<void> {
    this.#isExpectedToEnd = true;
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await ended;
  }
}
