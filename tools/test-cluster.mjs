// `npm run test:cluster [-- OPTIONS]`: plays faults with clusters of ours and upstream's, and prints the table of
// docs/reliability.md. `-- --help` lists the options.
import { setUp } from "./setup.mjs";

try {
  const missing = await setUp(["adapters", "redis", "postgres", "nats"]);
  if (missing.length > 0)
    throw new Error(missing.map(({ name, reason }) => `${name} is missing: ${reason}`).join("; "));
  const { build } = await import("./build.mjs");
  await build();
  const { register } = await import("tsx/esm/api");
  register();
  const { runFaults } = await import("../private/testkit/suites/cluster/faults/command.ts");
  process.exitCode = await runFaults(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
