// A Python program as a peer: started with Debian's interpreter, ordered about and listened to in JSON lines.
// Place: tests -> **Python process** -> python-socketio, which tools/setup.mjs installs. Where it is missing, tests are
// skipped with `missingPython()` as their reason; on CI they are not skipped, so the start fails and says what is missing.
// Rules: every wait is bounded; the process is ended by its pid; bytes travel as base64, as lines.py has it.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { isObject } from "./raw-surface.ts";
import { DEFAULT_WAIT_MS, within } from "./wait-for.ts";

// The full path: another interpreter earlier in PATH would not see Debian's modules.
const EXECUTABLE: string = process.env["BOWLINE_PYTHON"] ?? "/usr/bin/python3";

/** How much of what Python said goes into the message of a failure, in characters. */
const EXCERPT_LENGTH = 3000;

/**
 * Tells why tests with python-socketio cannot run here.
 * @returns the reason to skip, or `undefined` when it is there or when this is CI, where its absence is a failure
 */
export function missingPython(): string | undefined {
  if (process.env["CI"] === "true") return undefined;
  const { status } = spawnSync(EXECUTABLE, ["-c", "import socketio, aiohttp"], { stdio: "ignore" });
  if (status === 0) return undefined;
  return `"${EXECUTABLE}" has no python-socketio: run "node tools/setup.mjs" or set BOWLINE_PYTHON`;
}

/** What the process tells: its kind, and what belongs to it. */
export interface PythonReport {
  readonly is: string;
  readonly [detail: string]: unknown;
}

/** A running Python program. */
export interface PythonProcess {
  /** Has an order carried out; resolves with what it gave, and fails with what went wrong there. */
  order(name: string, details: Readonly<Record<string, unknown>>): Promise<unknown>;
  /**
   * Takes the next report that has these details, which it may have made already.
   * @returns the report; fails, naming it and what came instead, when it does not come in time
   */
  hear(is: string, details?: Readonly<Record<string, unknown>>, timeoutMs?: number): Promise<PythonReport>;
  /** The reports of a kind that nobody has taken. */
  untaken(is: string): readonly PythonReport[];
  /** Halts the process where it stands, as a frozen machine would be. */
  freeze(): void;
  /** Ends the process at once, without a word to its peers, and waits until it is gone. */
  kill(): Promise<void>;
}

/** A value as it travels: bytes, wherever they stand, become base64 with a mark. */
function pack(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(pack);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item)]));
}

function unpack(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpack);
  if (!isObject(value)) return value;
  if (typeof value["$bytes"] === "string") return Buffer.from(value["$bytes"], "base64");
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unpack(item)]));
}

function isReport(value: unknown): value is PythonReport {
  return isObject(value) && typeof value["is"] === "string";
}

interface Waiting {
  fits(report: PythonReport): boolean;
  resolve(report: PythonReport): void;
  reject(error: Error): void;
}

class Peer implements PythonProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #gone: Promise<unknown>;
  readonly #reports: PythonReport[] = [];
  readonly #waiting = new Set<Waiting>();
  #complaints = "";
  #ordered = 0;

  constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    // An interpreter that is missing ends it as well, with an error for its only word.
    const closed = once(child, "close").catch((error: unknown) => this.#complain(String(error)));
    this.#gone = closed.finally(() => {
      for (const { reject } of this.#waiting) reject(new Error("The Python process has ended"));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => this.#complain(text));
    child.stdin.on("error", () => {}); // it ended before an order; the wait for the reply tells so
    createInterface({ input: child.stdout }).on("line", (line) => this.#take(line));
  }

  async order(name: string, details: Readonly<Record<string, unknown>>): Promise<unknown> {
    const number = ++this.#ordered;
    this.#child.stdin.write(`${JSON.stringify(pack({ ...details, do: name, number }))}\n`);
    const { error, value } = await this.hear("reply", { number });
    if (error !== undefined) throw new Error(`Cannot carry out "${name}" in Python: ${String(error)}`);
    return value;
  }

  hear(
    is: string,
    details: Readonly<Record<string, unknown>> = {},
    timeoutMs = DEFAULT_WAIT_MS,
  ): Promise<PythonReport> {
    const wanted = Object.entries(details);
    const fits = (report: PythonReport) => report.is === is && wanted.every(([key, value]) => report[key] === value);
    const at = this.#reports.findIndex(fits);
    const [found] = at < 0 ? [] : this.#reports.splice(at, 1);
    if (found !== undefined) return Promise.resolve(found);
    const arrival = new Promise<PythonReport>((resolve, reject) => {
      const waiting: Waiting = { fits, resolve, reject };
      this.#waiting.add(waiting);
    });
    return within(arrival, timeoutMs, `the report "${is}" ${JSON.stringify(details)} of Python`).catch((error) => {
      const said = JSON.stringify(this.#reports).slice(0, EXCERPT_LENGTH);
      throw new Error(
        `${error instanceof Error ? error.message : String(error)}; it said ${said} and complained: ${this.#complaints}`,
      );
    });
  }

  untaken(is: string): readonly PythonReport[] {
    return this.#reports.filter((report) => report.is === is);
  }

  freeze(): void {
    this.#child.kill("SIGSTOP");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await within(this.#gone, DEFAULT_WAIT_MS, "the end of the Python process");
  }

  /** Keeps the end of what it wrote to stderr, for the message of a failure. */
  #complain(text: string): void {
    this.#complaints = `${this.#complaints}${text}`.slice(-EXCERPT_LENGTH);
  }

  #take(line: string): void {
    const report = unpack(JSON.parse(line));
    if (!isReport(report)) throw new Error(`Cannot read a report of Python: ${line}`);
    for (const waiting of this.#waiting) {
      if (!waiting.fits(report)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(report);
      return;
    }
    this.#reports.push(report);
  }
}

/**
 * Starts a Python program.
 * @param file where it stands on disk
 * @param args its arguments
 * @returns the program, running
 */
export function startPython(file: string, args: readonly string[] = []): PythonProcess {
  return new Peer(spawn(EXECUTABLE, ["-B", file, ...args]));
}
