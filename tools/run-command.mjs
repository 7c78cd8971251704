// Runs one command for the tools: collects what it prints, ends it (and its children) when it takes too long.
// Every tool goes through here, so that a hanging child can never hang the gate.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** The script behind a command of an installed package, to be run with Node itself: `npx` would cost a second each time. */
export const BIN = {
  biome: join(ROOT, "node_modules/@biomejs/biome/bin/biome"),
  depcruise: join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"),
  oxlint: join(ROOT, "node_modules/oxlint/bin/oxlint"),
  sizeLimit: join(ROOT, "node_modules/size-limit/bin.js"),
  tsc: join(ROOT, "node_modules/typescript-7/bin/tsc"),
  tsdown: join(ROOT, "node_modules/tsdown/dist/run.mjs"),
  vitest: join(ROOT, "node_modules/vitest/vitest.mjs"),
};

/**
 * Runs a command to its end.
 * @param {string} command the program; `"node"` is the Node that runs this tool
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, timeoutMs?: number, show?: boolean }} [options] `show` prints
 *   through to the terminal instead of collecting
 * @returns {Promise<{ code: number, output: string, stdout: string }>} code 124 when it took too long, 127 when it does not exist
 */
export function runCommand(command, args, options = {}) {
  const { cwd = ROOT, env = {}, timeoutMs = 300_000, show = false } = options;
  const program = command === "node" ? process.execPath : command;
  const ownGroup = process.platform !== "win32" && !show;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", ...env },
      stdio: show ? "inherit" : ["ignore", "pipe", "pipe"],
      detached: ownGroup,
    });
    let output = "";
    let stdout = "";
    let late = false;
    child.stdout?.setEncoding("utf8").on("data", (text) => {
      output += text;
      stdout += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(ownGroup ? -child.pid : child.pid, "SIGKILL");
      } catch {
        // it has just ended by itself
      }
    };
    const timer = setTimeout(() => {
      late = true;
      end();
    }, timeoutMs);
    process.once("exit", end);
    const settle = (code) => {
      clearTimeout(timer);
      process.removeListener("exit", end);
      if (late) output += `\nCannot finish "${command} ${args.join(" ")}": it took longer than ${timeoutMs / 1000} s`;
      resolve({ code: late ? 124 : code, output, stdout });
    };
    child.on("error", (error) => {
      output += `\nCannot run "${command}": ${error.message}`;
      settle(127);
    });
    child.on("close", (code) => settle(code ?? 1));
  });
}
