// Runs one of the test projects of vitest.config.ts and reads how it ended, as a step of the gate.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { addUp, readVitestReport } from "./gate-result.mjs";
import { BIN, ROOT, runCommand } from "./run-command.mjs";

export const MINUTE_MS = 60_000;

/**
 * @param {string} project its name in vitest.config.ts
 * @param {{ full: boolean }} context whether whole matrices are played in the place of samples
 * @param {{ coverage?: boolean, timeoutMs?: number, workers?: number, filters?: readonly string[], mayBeEmpty?: boolean }} [options]
 *   `filters` are parts of paths: only test files that have one of them are run; `mayBeEmpty` where there may be none
 * @returns {Promise<import("./gate-result.mjs").StepResult>}
 */
export async function vitest(project, context, options = {}) {
  const { coverage = false, timeoutMs = 10 * MINUTE_MS, workers, filters = [], mayBeEmpty = false } = options;
  const folder = join(ROOT, ".cache", "reports");
  mkdirSync(folder, { recursive: true });
  const reportFile = join(folder, `${project}-${process.pid}.json`);
  const args = [
    BIN.vitest,
    "run",
    ...filters,
    "--project",
    project,
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${reportFile}`,
  ];
  if (coverage) args.push("--coverage");
  if (mayBeEmpty) args.push("--passWithNoTests");
  if (workers !== undefined) args.push(`--maxWorkers=${workers}`);
  const env = context.full ? { BOWLINE_FULL: "1" } : {};
  const run = await runCommand("node", args, { env, timeoutMs });
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, "utf8")) : undefined;
  rmSync(reportFile, { force: true });
  if (mayBeEmpty && run.code === 0 && report?.testResults.length === 0) return addUp([]);
  return readVitestReport(report, run.code, run.output);
}
