// The runtimes that tools/runtimes.json lists, and a way to play cases in one of them.
// Place: suite -> **process of a runtime** -> play-cases.mjs -> the built client
// Rules: a process is never ended while it works: that it ends by itself is what is tested.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isObject } from "../../src/peers/raw-surface.ts";
import { within } from "../../src/peers/wait-for.ts";

const ROOT = new URL("../../../../", import.meta.url);
const SCRIPT = fileURLToPath(new URL("play-cases.mjs", import.meta.url));

/** How long the cases of one process may take, and how long it may take to end, in milliseconds. */
const PLAY_MS = 50_000;

/** How the client is loaded. */
export type Entry = "import" | "require" | "browser";

/** A runtime. */
export interface Runtime {
  readonly name: string;
  /** Its program, with what comes before the script. */
  readonly command: readonly string[];
  /** Why its tests cannot run here; `undefined` where they can, or where this is CI, where its absence is a failure. */
  readonly missing: string | undefined;
}

function textOf(record: Record<string, unknown>, key: string): string {
  const value = record[key];
  if (typeof value !== "string") throw new TypeError(`Cannot read tools/runtimes.json: a runtime has no "${key}"`);
  return value;
}

function readRuntime([name, listed]: readonly [string, unknown]): Runtime {
  if (!isObject(listed)) throw new TypeError(`Cannot read tools/runtimes.json: "${name}" is no object`);
  const variable = textOf(listed, "variable");
  const folder = `.cache/runtimes/${textOf(listed, "part")}-${textOf(listed, "version")}/`;
  const usual = fileURLToPath(new URL(`${folder}${textOf(listed, "program")}`, ROOT));
  const program = process.env[variable] ?? usual;
  const isHere = existsSync(program) || process.env["CI"] === "true";
  const advice = `run "node tools/setup.mjs" or set ${variable}`;
  return {
    name,
    command: [program, ...(Array.isArray(listed["start"]) ? listed["start"].map(String) : [])],
    missing: isHere ? undefined : `there is nothing at "${program}": ${advice}`,
  };
}

/** Reads the list. */
export function readRuntimes(): readonly Runtime[] {
  const listed: unknown = JSON.parse(readFileSync(new URL("tools/runtimes.json", ROOT), "utf8"));
  if (!isObject(listed)) throw new TypeError("Cannot read tools/runtimes.json: it holds no object");
  return Object.entries(listed).map(readRuntime);
}

/** A server that a runtime loads, and why it cannot be loaded here. */
export interface NativeServer {
  readonly path: string;
  readonly missing: string | undefined;
}

/** Reads where uWebSockets.js is. */
export function readNativeServer(): NativeServer {
  const listed: unknown = JSON.parse(readFileSync(new URL("tools/native-servers.json", ROOT), "utf8"));
  const found = isObject(listed) ? readRuntime(["uWebSockets.js", listed["uWebSockets.js"]]) : undefined;
  return { path: found?.command[0] ?? "", missing: found?.missing };
}

/** One case to play. */
export interface Part {
  readonly name: string;
  readonly mode: string;
  readonly url: string;
  readonly parser?: "msgpack";
}

/** What a process told, and how it ended. */
export interface Played {
  /** What was observed, part by part: `{ seen }` or `{ failure }`. */
  readonly outcomes: readonly unknown[];
  readonly exitCode: number | null;
  readonly errors: string;
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
}

/**
 * Plays cases in a process of its own, and waits until it has ended by itself.
 * @param runtime which program
 * @param entry how the client is loaded
 * @param parts the cases
 */
export async function playIn(runtime: Runtime, entry: Entry, parts: readonly Part[]): Promise<Played> {
  const [program = "", ...start] = runtime.command;
  const child = spawn(program, [...start, SCRIPT, entry, JSON.stringify(parts)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  try {
    const exitCode = await within(
      ended(child),
      PLAY_MS,
      `the end of the process by itself; it told:\n${output}${errors}`,
    );
    const lines = output.split("\n").filter((line) => line !== "");
    return { outcomes: lines.map((line): unknown => JSON.parse(line)), exitCode, errors };
  } finally {
    child.kill("SIGKILL");
  }
}
