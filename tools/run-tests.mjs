// The gate: every check there is, from fast to slow, the same here and on CI. One line per green step, everything a red
// step printed, and as the last line `N passed, N failed, N skipped`. It goes on after a failure, except that without a
// build nothing that reads dist/ can run. Two steps run side by side, but those that play with real connections and
// real time run alone.
// Usage: node tools/run-tests.mjs [--check] [--full] [--only NAME[,NAME]]
//   --check  format, lint, types and unit tests only        --full  whole matrices instead of samples
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { STEPS } from "./gate-steps.mjs";
import { setUp } from "./setup.mjs";

/** How many steps run at the same time. */
const SIDE_BY_SIDE = 2;

const seconds = (sinceMs) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`;

function readArguments() {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean" },
      full: { type: "boolean" },
      only: { type: "string" },
      help: { type: "boolean" },
    },
  });
  return {
    check: values.check === true,
    full: values.full === true || process.env.BOWLINE_FULL === "1",
    only: values.only?.split(","),
    help: values.help === true,
  };
}

/** The steps asked for; a step that reads dist/ brings the build along. */
function chooseSteps(steps, { check, only }) {
  if (only === undefined) return steps.filter((step) => !check || step.quick === true);
  const names = steps.map((step) => step.name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new TypeError(`Cannot run step "${unknown}": the steps are ${names.join(", ")}`);
  const chosen = new Set(only);
  if (steps.some((step) => chosen.has(step.name) && step.needsBuild === true)) chosen.add("build");
  return steps.filter((step) => chosen.has(step.name));
}

async function runStep(step, context) {
  const started = performance.now();
  let result;
  try {
    result = await step.run(context);
  } catch (error) {
    result = { passed: 0, failed: 1, skipped: 0, output: error.stack ?? String(error) };
  }
  const { passed, failed, skipped, note, output } = result;
  const counts = [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  const tail = note ? ` (${note})` : "";
  console.log(
    `${failed === 0 ? "ok  " : "FAIL"} ${step.name.padEnd(13)} ${counts.join(", ")}, ${seconds(started)}${tail}`,
  );
  if (failed > 0 && output) console.log(`${output.trim()}\n`);
  return result;
}

async function prepare(steps, { full }) {
  const needs = new Set(steps.flatMap((step) => [...(step.needs ?? []), ...((full && step.fullNeeds) || [])]));
  const result = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, reason } of await setUp([...needs])) {
    const isFailure = process.env.CI === "true";
    result[isFailure ? "failed" : "skipped"] += 1;
    console.log(`${isFailure ? "FAIL" : "skip"} ${"set-up".padEnd(13)} ${name}: ${reason}`);
  }
  return result;
}

async function main() {
  const options = readArguments();
  if (options.help) {
    console.log("node tools/run-tests.mjs [--check] [--full] [--only NAME[,NAME]]");
    return 0;
  }
  const steps = chooseSteps(STEPS, options);
  const sum = await prepare(steps, options);
  const running = new Set();
  let isBuilt = true;
  const start = (step) => {
    const run = runStep(step, options).then(({ passed, failed, skipped }) => {
      if (step.name === "build" && failed > 0) isBuilt = false;
      sum.passed += passed;
      sum.failed += failed;
      sum.skipped += skipped;
      running.delete(run);
    });
    running.add(run);
    return run;
  };
  let build;
  for (const step of steps) {
    if (step.needsBuild === true) await build;
    if (step.needsBuild === true && !isBuilt) {
      sum.skipped += 1;
      console.log(`skip ${step.name.padEnd(13)} there is no build`);
      continue;
    }
    if (step.alone === true) await Promise.all(running);
    else if (running.size >= SIDE_BY_SIDE) await Promise.race(running);
    const run = start(step);
    if (step.name === "build") build = run;
    if (step.alone === true) await run;
  }
  await Promise.all(running);
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  return sum.failed > 0 || sum.passed === 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error.message);
    console.log("0 passed, 1 failed, 0 skipped");
    process.exitCode = 1;
  }
}
