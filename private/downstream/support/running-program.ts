// A program in a process of its own, as somebody would start it.
// Place: tests -> **program** -> the packages in its folder.
// Rules: what it prints is kept, for a failure to show it; it is ended together with what it has started, as one group.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { within } from "../../testkit/src/peers/wait-for.ts";
import type { Installation } from "./installations.ts";

const PROBE: string = fileURLToPath(new URL("loaded-packages.cjs", import.meta.url));

/** How long a program may take to start, and a short one to end, in milliseconds. */
const PATIENCE_MS = 50_000;

/** A package that a program has loaded, and where it lies. */
export interface LoadedPackage {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** A program that runs. */
export interface RunningProgram {
  /** What the line said by which the program told that it was ready: the pattern's first group. */
  readonly ready: string;
  /** Everything that it has printed. */
  output(): string;
  /** The packages that it has loaded by now. */
  loaded(): Promise<readonly LoadedPackage[]>;
  /** Sends a signal, and waits for its end. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** A program that has ended. */
export interface EndedProgram {
  readonly code: number | null;
  readonly output: string;
  readonly loaded: readonly LoadedPackage[];
}

/** How a program is started. */
export interface ProgramStart {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

function isLoadedPackage(value: unknown): value is LoadedPackage {
  return typeof value === "object" && value !== null && "name" in value && "version" in value && "folder" in value;
}

function readLoaded(value: unknown): readonly LoadedPackage[] {
  if (Array.isArray(value) && value.every(isLoadedPackage)) return value;
  throw new Error("Cannot tell what the program has loaded: its answer is no list of packages");
}

interface Start {
  readonly child: ChildProcess;
  output(): string;
  onOutput(look: () => void): void;
  /** Sends a signal to the program alone, or to all of its group. */
  signal(signal: NodeJS.Signals, whom: "program" | "group"): void;
  readonly ended: Promise<number | null>;
}

function start({ folder }: Installation, file: string, { args = [], env = {} }: ProgramStart): Start {
  const child = spawn(process.execPath, ["--require", PROBE, file, ...args], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: "development", NO_COLOR: "1", FORCE_COLOR: "0", ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  let output = "";
  let look: () => void = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      look();
    });
  }
  return {
    child,
    output: () => output,
    onOutput: (next) => {
      look = next;
    },
    signal(signal, whom) {
      if (child.pid === undefined) return;
      try {
        process.kill(whom === "group" ? -child.pid : child.pid, signal);
      } catch {
        // it has ended by itself
      }
    },
    ended: new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    }),
  };
}

function readyLine(started: Start, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    started.onOutput(() => {
      const found = pattern.exec(started.output());
      if (found !== null) resolve(found[1] ?? found[0]);
    });
    started.ended.then((code) => reject(new Error(`The program ended with ${code}:\n${started.output()}`)), reject);
  });
}

/**
 * Starts a program that goes on until it is stopped.
 *
 * @param installation - Where it is.
 * @param file - The file to run, as a path in that folder.
 * @param pattern - What it prints when it is ready.
 * @returns The program, when it is ready.
 */
export async function startProgram(
  installation: Installation,
  file: string,
  pattern: RegExp,
  options: ProgramStart = {},
): Promise<RunningProgram> {
  const started = start(installation, file, options);
  const { child } = started;
  const stop = async (signal: NodeJS.Signals = "SIGKILL") => {
    started.signal(signal, signal === "SIGKILL" ? "group" : "program");
    try {
      await within(started.ended, PATIENCE_MS, `the end of "${file}"`);
    } finally {
      started.signal("SIGKILL", "group");
    }
  };
  try {
    const ready = await within(readyLine(started, pattern), PATIENCE_MS, `the start of "${file}"`);
    return {
      ready,
      output: started.output,
      async loaded() {
        const answer = new Promise<unknown>((resolve) => child.once("message", resolve));
        child.send("Which packages are loaded?");
        return readLoaded(await within(answer, PATIENCE_MS, `the loaded packages of "${file}"`));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`Cannot start "${file}" in "${installation.folder}":\n${started.output()}`, { cause: error });
  }
}

/**
 * Runs a program to its end.
 *
 * @param installation - Where it is.
 * @param file - The file to run, as a path in that folder.
 * @returns How it ended, all that it printed, and what it had loaded.
 */
export async function runProgram(
  installation: Installation,
  file: string,
  options: ProgramStart = {},
): Promise<EndedProgram> {
  const folder = mkdtempSync(join(tmpdir(), "bowline-loaded-"));
  const list = join(folder, "loaded.json");
  const env = { ...options.env, BOWLINE_LOADED_FILE: list };
  const started = start(installation, file, { ...options, env });
  try {
    const code = await within(started.ended, PATIENCE_MS, `the end of "${file}"`);
    return { code, output: started.output(), loaded: readLoaded(JSON.parse(readFileSync(list, "utf8"))) };
  } finally {
    started.signal("SIGKILL", "group");
    rmSync(folder, { recursive: true, force: true });
  }
}
