// `npm run test:adapters [-- NAME...]`: the suite of adapters and buses, over all of them or over those whose test files have
// NAME in their paths ("redis", "memory", "postgres", "node-cluster"). Sets up, and builds what is stale.
import { setUp } from "./setup.mjs";

const SUITES = ["adapters", "brokers", "cluster"];
const NEEDS = ["adapters", "redis", "postgres", "nats"];

try {
  for (const { name, reason } of await setUp(NEEDS)) console.error(`set-up: ${name} is missing: ${reason}`);
  const { build } = await import("./build.mjs");
  await build();
  const { vitest } = await import("./run-vitest.mjs");
  const { addUp } = await import("./gate-result.mjs");
  const filters = process.argv.slice(2);
  const results = [];
  for (const suite of SUITES) {
    results.push(await vitest(suite, { full: false }, { workers: 2, filters, mayBeEmpty: filters.length > 0 }));
  }
  const { passed, failed, skipped, output } = addUp(results);
  if (failed > 0) console.log(output);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
