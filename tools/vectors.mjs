// npm run vectors -- [DIR]: runs the golden tables (schema sio-vectors/1) of a folder against the built packages.
// Both directions and refusals; decoders are fed frame by frame, polling bodies whole, byte streams also byte by byte.
// A table row that we answer differently on purpose stands in deviations.json beside the tables and counts as
// `deviates`; a doubtful row has to give the reference's answer or a SyntaxError, and counts as `doubtful`.
// The suites are in vectors/: what one of them checks is in its file, what all know in vectors/registry.mjs.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Mismatch } from "./vectors/checks.mjs";
import { knownSuites } from "./vectors/registry.mjs";

const SCHEMA = "sio-vectors/1";
const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
const OWN_COPY = join(ROOT, "packages/protocol/vectors");

function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}

function readDeviations(directory) {
  try {
    return new Map(Object.entries(readJson(join(directory, "deviations.json"))));
  } catch (error) {
    if (error.code === "ENOENT") return new Map();
    throw error;
  }
}

/** One row: passed, failed (with the reason), deviates or doubtful. */
async function judge(check, row, deviations) {
  try {
    await check(row);
    return { verdict: row.doubtful ? "doubtful" : "passed" };
  } catch (error) {
    if (!(error instanceof Mismatch)) return { verdict: "failed", reason: String(error.stack ?? error) };
    if (error.kind !== "broken" && deviations.has(row.id)) return { verdict: "deviates" };
    if (error.kind === "refused" && row.doubtful) return { verdict: "doubtful" };
    return { verdict: "failed", reason: error.message };
  }
}

async function runSuite(suite, check, deviations) {
  const counts = { passed: 0, failed: 0, deviates: 0, doubtful: 0 };
  const notes = [];
  for (const row of suite.vectors) {
    const { verdict, reason } = await judge(check, row, deviations);
    counts[verdict]++;
    if (verdict === "failed") notes.push(`  ${row.id} (${row.name}): ${reason}`);
    if (verdict !== "deviates" && deviations.has(row.id)) {
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
  // Where npm was called, so that a relative DIR means what the caller sees.
  const directory = process.argv[2] ? resolve(process.env.INIT_CWD ?? ".", process.argv[2]) : OWN_COPY;
  // Our deviations hold for any copy of the tables.
  const deviations = new Map([...readDeviations(OWN_COPY), ...readDeviations(directory)]);
  const known = await knownSuites();
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
    if (check === undefined) {
      console.log(`${suite.suite}  not run: this suite is unknown here`);
      total.skipped += suite.vectors.length;
      continue;
    }
    const counts = await runSuite(suite, check, deviations);
    total.passed += counts.passed;
    total.failed += counts.failed;
    run += suite.vectors.length;
  }
  for (const check of known.values()) await check.close?.();
  if (run === 0) console.log(`Cannot run the vectors in "${directory}": there is no suite that we know`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (total.failed > 0 || run === 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
}
