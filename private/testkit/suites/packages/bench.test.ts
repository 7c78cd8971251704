// Proves that the bench runs: one very short round of everything, with 20 clients. What the figures are is not looked at:
// they are only worth something on a quiet machine.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT: string = fileURLToPath(new URL("../../../../", import.meta.url));

/** Under a minute on a machine that has nothing else to do. */
const WHOLE_RUN_MS = 300_000;

interface Row {
  readonly key: string;
  readonly values: Readonly<Record<string, readonly number[]>>;
}

interface Result {
  readonly processes: readonly number[];
  readonly rows: readonly Row[];
}

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

function bench(...args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["tools/bench.mjs", ...args], { cwd: ROOT });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString("utf8");
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output, errors }));
  });
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function isResult(value: unknown): value is Result {
  return typeof value === "object" && value !== null && "rows" in value && "processes" in value;
}

function readResult(path: string): Result {
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isResult(value)) throw new Error("Cannot read what the bench kept: it has no rows");
  return value;
}

describe("npm run bench -- --smoke", () => {
  const folder = mkdtempSync(join(tmpdir(), "bowline-bench-"));
  const file = join(folder, "result.json");
  let run: Run = { code: null, output: "", errors: "" };
  let result: Result = { processes: [], rows: [] };

  beforeAll(async () => {
    run = await bench("--smoke", "--json", file);
    if (run.code === 0) result = readResult(file);
  }, WHOLE_RUN_MS);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test("ends well", () => {
    expect(run.errors).not.toContain("Cannot");
    expect(run.code).toBe(0);
  });

  test("has a figure for each peer of each row, and each is a positive number", () => {
    const figures = result.rows.flatMap(({ key, values }) =>
      Object.entries(values).map(([peer, [figure]]) => ({ key, peer, figure })),
    );
    expect(figures.length).toBeGreaterThan(130);
    expect(figures.filter(({ figure }) => !(figure !== undefined && figure > 0 && Number.isFinite(figure)))).toEqual(
      [],
    );
  });

  test("measures ours and the official ones in every row", () => {
    const missing = result.rows.filter(({ values }) => !("bowline" in values && "socket.io 4.8" in values));
    expect(missing.map(({ key }) => key)).toEqual([]);
  });

  test("prints a table with a line for each row", () => {
    expect(run.output.split("\n").filter((line) => line.startsWith("| "))).toHaveLength(result.rows.length + 2);
  });

  test("leaves no process behind", () => {
    expect(result.processes.length).toBeGreaterThan(60);
    expect(result.processes.filter(isRunning)).toEqual([]);
  });
});

describe.skipIf(process.platform !== "linux")("npm run bench -- --smoke --clusters", () => {
  const folder = mkdtempSync(join(tmpdir(), "bowline-bench-"));
  const file = join(folder, "result.json");

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test(
    "has positive figures of connected servers, and leaves no process behind",
    async () => {
      const run = await bench(
        "--smoke",
        "--clusters",
        "--only",
        "alone,node-cluster,redis,redis-interest,spread-2",
        "--json",
        file,
      );
      expect(run.errors).not.toContain("Cannot");
      const { rows, processes } = readResult(file);
      const figures = rows.flatMap(({ key, values }) =>
        Object.entries(values).map(([peer, [us]]) => ({ key, peer, us })),
      );
      expect(figures.filter(({ us }) => !(us !== undefined && us > 0 && Number.isFinite(us)))).toEqual([]);
      expect(figures).toHaveLength(2 * rows.length);
      expect(rows.map(({ key }) => key)).toContain("redis-interest.bystander");
      expect(processes.filter(isRunning)).toEqual([]);
    },
    WHOLE_RUN_MS,
  );
});

describe("npm run bench with a wrong command line", () => {
  test("says what is wrong and how it is used", async () => {
    const { code, output, errors } = await bench("--only", "eco");
    expect(errors).toContain('Cannot measure "eco": choose from echo, ');
    expect(errors).toContain("Usage: npm run bench");
    expect(output).toBe("");
    expect(code).toBe(2);
  });
});

describe("npm run bench that is interrupted", () => {
  test("ends every process that it started", async () => {
    const child = spawn(process.execPath, ["tools/bench.mjs", "--quick", "--rounds", "50"], { cwd: ROOT });
    const childPids = await new Promise<readonly number[]>((resolve) => {
      child.stderr.on("data", (chunk: Buffer) => {
        if (/^\d+\/\d+ /m.test(chunk.toString("utf8"))) resolve(childrenOf(child.pid ?? 0));
      });
    });
    child.kill("SIGINT");
    const code = await new Promise((resolve) => child.once("close", resolve));
    expect(code).toBe(130);
    expect(childPids.length).toBeGreaterThan(0);
    expect(childPids.filter(isRunning)).toEqual([]);
  });
});

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.split(" ").filter(Boolean).map(Number);
}
