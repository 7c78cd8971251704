// npm run vectors -- [--official] [DIR]: runs the golden tables (schema sio-vectors/1) of a folder against the built
// packages. With `--official` the live tables run against the published packages that they were recorded with, where
// every row has to give the table's answer: that proves the replay.
// Both directions and refusals; decoders are fed frame by frame, polling bodies whole, byte streams also byte by byte.
// A table row that we answer differently on purpose stands in deviations.json beside the tables and counts as
// `deviates`: with its reason, or with `reason` and `instead`, the members of the row that we answer differently, which
// are then checked in their place. A doubtful row has to give the reference's answer or a stricter one (a SyntaxError,
// a refusal, a closed connection), and counts as `doubtful`.
// The suites are in vectors/: what one of them checks is in its file, what all know in vectors/registry.mjs.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Mismatch } from "./vectors/checks.mjs";
import { knownSuites, officialSuites } from "./vectors/registry.mjs";

const SCHEMA = "sio-vectors/1";
const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const OWN_COPY = join(ROOT, "packages/protocol/vectors");

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function readDeviations(directory) {
  try {
    const rows = Object.entries(readJson(join(directory, "deviations.json")));
    return new Map(
      rows.map(([id, deviation]) => [id, typeof deviation === "string" ? { reason: deviation } : deviation]),
    );
  } catch (error) {
    if (error.code === "ENOENT") return new Map();
    throw error;
  }
}

/** A row with some members changed; those of lists are named by their index, and `null` takes one away. */
function amended(row, changes) {
  if (typeof changes !== "object" || changes === null || Array.isArray(changes)) return changes;
  const result = Array.isArray(row) ? [...row] : { ...row };
  for (const [key, change] of Object.entries(changes)) {
    if (change === null) delete result[key];
    else result[key] = amended(result[key], change);
  }
  return result;
}

/** Checks that we answer as the deviation says, where it says so. */
async function judgeDeviation(check, row, { instead }) {
  if (instead === undefined) return { verdict: "deviates" };
  try {
    await check(amended(row, instead));
    return { verdict: "deviates" };
  } catch (error) {
    return { verdict: "failed", reason: `neither the table's answer nor the one of deviations.json: ${error.message}` };
  }
}

/** One row: passed, failed (with the reason), deviates or doubtful. */
async function judge(check, row, { deviations, strict }) {
  try {
    await check(row);
    return { verdict: row.doubtful && !strict ? "doubtful" : "passed" };
  } catch (error) {
    if (!(error instanceof Mismatch)) return { verdict: "failed", reason: String(error.stack ?? error) };
    const deviation = deviations.get(row.id);
    if (error.kind !== "broken" && deviation !== undefined) return judgeDeviation(check, row, deviation);
    if (error.kind === "refused" && row.doubtful && !strict) return { verdict: "doubtful" };
    return { verdict: "failed", reason: error.message };
  }
}

/** The verdicts of all rows, in their order. */
async function judgeAll(check, rows, rules) {
  const verdicts = new Map();
  const run = async (waiting) => {
    for (let row = waiting.shift(); row !== undefined; row = waiting.shift()) {
      verdicts.set(row, await judge(check, row, rules));
    }
  };
  const alone = rows.filter((row) => check.alone?.(row));
  const others = rows.filter((row) => !alone.includes(row));
  await Promise.all(Array.from({ length: check.together ?? 1 }, () => run(others)));
  await run(alone);
  return rows.map((row) => [row, verdicts.get(row)]);
}

async function runSuite(suite, check, rules) {
  const counts = { passed: 0, failed: 0, deviates: 0, doubtful: 0 };
  const notes = [];
  for (const [row, { verdict, reason }] of await judgeAll(check, suite.vectors, rules)) {
    counts[verdict]++;
    if (verdict === "failed") notes.push(`  ${row.id} (${row.name}): ${reason}`);
    if (verdict !== "deviates" && verdict !== "failed" && rules.deviations.has(row.id)) {
      notes.push(`  note: ${row.id} is in deviations.json, but our answer is the reference's`);
    }
  }
  const { passed, failed, deviates, doubtful } = counts;
  console.log(`${suite.suite}  ${passed} passed, ${failed} failed, ${deviates} deviates, ${doubtful} doubtful`);
  for (const note of notes) console.log(note);
  return counts;
}

function isSuite(value) {
  return value?.schema === SCHEMA && typeof value.suite === "string" && Array.isArray(value.vectors);
}

async function main() {
  const { values, positionals } = parseArgs({ options: { official: { type: "boolean" } }, allowPositionals: true });
  const strict = values.official === true;
  // Where npm was called, so that a relative DIR means what the caller sees.
  const directory = positionals[0] ? resolve(process.env.INIT_CWD ?? ".", positionals[0]) : OWN_COPY;
  // Our deviations hold for any copy of the tables.
  const deviations = new Map(strict ? [] : [...readDeviations(OWN_COPY), ...readDeviations(directory)]);
  const known = await (strict ? officialSuites() : knownSuites());
  const total = { passed: 0, failed: 0, skipped: 0 };
  let run = 0;
  for (const name of readdirSync(directory).sort()) {
    if (!name.endsWith(".json") || name === "deviations.json") continue;
    const suite = readJson(join(directory, name));
    if (!isSuite(suite)) {
      console.log(`${name}  not run: it is no suite of the schema ${SCHEMA}`);
      continue;
    }
    const check = known.get(suite.suite);
    if (check === undefined && strict) continue;
    if (check === undefined) {
      console.log(`${suite.suite}  not run: this suite is unknown here`);
      total.skipped += suite.vectors.length;
      continue;
    }
    const counts = await runSuite(suite, check, { deviations, strict });
    total.passed += counts.passed;
    total.failed += counts.failed;
    run += suite.vectors.length;
  }
  for (const check of known.values()) await check.close?.();
  if (run === 0) console.log(`Cannot run the vectors in "${directory}": there is no suite that we know`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (total.failed > 0 || run === 0) process.exitCode = 1;
  // The published engines keep timers for half a minute after their end.
  if (strict) process.exit();
}

try {
  await main();
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
}
