// `npm run bench [-- OPTIONS]`: sets up, builds what is stale, then runs the bench in this same process, so that Ctrl-C
// and a signal reach it directly. `npm run bench -- --help` lists the options.
import { BENCH_VERSIONS } from "./bench-packages.mjs";
import { RUNTIME_PARTS } from "./runtimes.mjs";
import { setUp } from "./setup.mjs";

try {
  await setUp();
  const { build } = await import("./build.mjs");
  const built = (await build()).filter((result) => result.built).map((result) => result.name);
  if (built.length > 0) console.error(`built: ${built.join(", ")}`);
  const { register } = await import("tsx/esm/api");
  register();
  const { run } = await import("../private/bench/src/run.ts");
  process.exitCode = await run(process.argv.slice(2), {
    setUp,
    bun: RUNTIME_PARTS.bun.program,
    versions: BENCH_VERSIONS,
  });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
