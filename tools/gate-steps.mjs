// The steps of the gate, in their order: from fast to slow, what needs no build first. Each gives a StepResult.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "./build.mjs";
import { checkDocs } from "./check-docs.mjs";
import { checkErrors } from "./check-errors.mjs";
import { checkExports } from "./check-exports.mjs";
import { checkLayers } from "./check-layers.mjs";
import { checkPackages } from "./check-packages.mjs";
import { checkTypes } from "./check-types.mjs";
import { checkCompatibility } from "./compatibility.mjs";
import { downstream } from "./downstream.mjs";
import { addUp, oneCheck, readCountLine, refuseEmpty } from "./gate-result.mjs";
import { buildPlayground } from "./playground.mjs";
import { BIN, ROOT, runCommand } from "./run-command.mjs";
import { MINUTE_MS, vitest } from "./run-vitest.mjs";

async function formatAndLint() {
  const biome = await runCommand("node", [BIN.biome, "check", "--error-on-warnings", "--max-diagnostics=200", "."]);
  const files = /Checked (\d+) files/.exec(biome.output)?.[1] ?? "0";
  return oneCheck(biome.code === 0 && files !== "0", biome.output, `${files} files`);
}

async function typeAwareLint() {
  const args = [
    BIN.oxlint,
    "--type-aware",
    "--deny-warnings",
    "packages",
    "private",
    "vitest.config.ts",
    "tsdown.shared.ts",
  ];
  const oxlint = await runCommand("node", args);
  const files = / on (\d+) files/.exec(oxlint.output)?.[1] ?? "0";
  return oneCheck(oxlint.code === 0 && files !== "0", oxlint.output, `${files} files`);
}

async function types() {
  const results = await checkTypes();
  return addUp(results.map(({ name, ok, output }) => oneCheck(ok, `${name}:\n${output}`)));
}

/** Its files wait for the network more than they compute, so two of them go well beside each other. */
function differential(context) {
  return vitest("differential", context, { workers: 2, timeoutMs: (context.full ? 40 : 10) * MINUTE_MS });
}

async function buildAll() {
  try {
    const packages = await build();
    await buildPlayground();
    return addUp([...packages.map(() => oneCheck(true, "")), oneCheck(true, "")]);
  } catch (error) {
    return oneCheck(false, error.message);
  }
}

async function layers() {
  const { files, findings } = checkLayers();
  const text = findings.map(({ path, line, rule, what }) => `${path}:${line}: ${rule}: ${what}`).join("\n");
  const cruise = await runCommand("node", [
    BIN.depcruise,
    ...["packages", "private", "aliases"].filter((folder) => existsSync(join(ROOT, folder))),
    "--config",
    ".dependency-cruiser.cjs",
    "-T",
    "err",
  ]);
  const cruised = /(\d+) modules/.exec(cruise.output)?.[1] ?? "0";
  return addUp([
    oneCheck(findings.length === 0 && files > 0, text, `${files} sources`),
    oneCheck(cruise.code === 0 && cruised !== "0", cruise.output, `${cruised} modules`),
  ]);
}

async function docs() {
  return addUp([refuseEmpty(await checkDocs()), refuseEmpty(await checkErrors()), checkCompatibility()]);
}

async function manifests() {
  return addUp([await checkPackages(), await checkExports()]);
}

async function vectors({ full }) {
  const runs = [
    ["tools/vectors.mjs"],
    ["tools/alias-vectors.mjs"],
    ...(full ? [["tools/vectors.mjs", "--official"]] : []),
  ];
  const results = [];
  for (const args of runs) {
    const run = await runCommand("node", args, { timeoutMs: 5 * MINUTE_MS });
    results.push(readCountLine(run.output, run.code));
  }
  return addUp(results);
}

/**
 * `quick` steps make up `npm run check`; `needsBuild` steps read dist/, so a failed build keeps them from running.
 * `needs` names the parts beyond npm that the set-up looks for, `fullNeeds` those for the whole matrix; `alone` steps play with real time and run without
 * others beside them. `workers` are as many test files at once as leave the machine some rest: more than it has cores
 * where tests mostly wait.
 * @type {readonly { name: string, quick?: true, needsBuild?: true, needs?: readonly string[], fullNeeds?: readonly string[], alone?: true, run: (context: { full: boolean, check: boolean }) => Promise<import("./gate-result.mjs").StepResult> }[]}
 */
export const STEPS = [
  { name: "lint", quick: true, run: formatAndLint },
  { name: "oxlint", quick: true, run: typeAwareLint },
  { name: "types", quick: true, run: types },
  { name: "unit", quick: true, run: (context) => vitest("unit", context, { coverage: !context.check, workers: 2 }) },
  { name: "type-tests", run: (context) => vitest("types", context) },
  { name: "build", run: buildAll },
  { name: "layers", run: layers },
  { name: "docs", needsBuild: true, run: docs },
  { name: "soak", needsBuild: true, run: (context) => vitest("soak", context) },
  { name: "packages", needsBuild: true, run: (context) => vitest("packages", context, { workers: 2 }) },
  { name: "manifests", needsBuild: true, run: manifests },
  { name: "vectors", needsBuild: true, alone: true, run: vectors },
  {
    name: "runtime",
    needsBuild: true,
    needs: ["uwebsockets"],
    alone: true,
    run: (context) => vitest("runtime", context, { workers: 2 }),
  },
  {
    name: "seed",
    needsBuild: true,
    needs: ["chromium"],
    alone: true,
    run: (context) => vitest("seed", context, { workers: 3 }),
  },
  { name: "fuzz", needsBuild: true, run: (context) => vitest("fuzz", context) },
  { name: "hostile", needsBuild: true, alone: true, run: (context) => vitest("hostile", context, { workers: 2 }) },
  {
    name: "security",
    needsBuild: true,
    fullNeeds: ["holed"],
    alone: true,
    run: (context) => vitest("security", context, { workers: 2 }),
  },
  {
    name: "errors",
    needsBuild: true,
    needs: ["chromium"],
    alone: true,
    run: (context) => vitest("errors", context, { workers: 2 }),
  },
  {
    name: "browser",
    needsBuild: true,
    needs: ["chromium", "firefox", "webkit", "xvfb"],
    alone: true,
    run: (context) => vitest("browser", context, { workers: 2 }),
  },
  {
    name: "runtimes",
    needsBuild: true,
    needs: ["node-20", "bun", "deno", "uwebsockets"],
    fullNeeds: ["node-22", "node-24", "node-26"],
    alone: true,
    run: (context) => vitest("runtimes", context),
  },
  {
    name: "steady",
    needsBuild: true,
    alone: true,
    run: (context) => vitest("steady", context, { timeoutMs: (context.full ? 40 : 5) * MINUTE_MS }),
  },
  { name: "adapters", needsBuild: true, alone: true, run: (context) => vitest("adapters", context, { workers: 2 }) },
  {
    name: "brokers",
    needsBuild: true,
    needs: ["adapters", "redis", "postgres", "nats"],
    alone: true,
    run: (context) => vitest("brokers", context, { workers: 4 }),
  },
  {
    name: "cluster",
    needsBuild: true,
    needs: ["adapters", "redis", "postgres", "nats", "nginx"],
    alone: true,
    run: (context) => vitest("cluster", context, { workers: 2, timeoutMs: (context.full ? 20 : 10) * MINUTE_MS }),
  },
  { name: "delivery", needsBuild: true, alone: true, run: (context) => vitest("delivery", context) },
  { name: "differential", needsBuild: true, alone: true, run: differential },
  {
    name: "client-rows",
    needsBuild: true,
    alone: true,
    run: (context) => vitest("client-rows", context, { workers: 2 }),
  },
  {
    name: "server-rows",
    needsBuild: true,
    alone: true,
    run: (context) => vitest("server-rows", context, { workers: 2 }),
  },
  {
    name: "python",
    needsBuild: true,
    needs: ["python-socketio"],
    alone: true,
    run: (context) => vitest("python", context, { workers: 2 }),
  },
  {
    name: "deployment",
    needsBuild: true,
    needs: ["nginx", "haproxy", "chromium"],
    alone: true,
    run: (context) => vitest("deployment", context, { workers: 2 }),
  },
  { name: "downstream", needsBuild: true, needs: ["chromium"], alone: true, run: downstream },
];
