// `npm run soak [-- OPTIONS]`: one server of ours for a long time, with clients of every generation, networks that fail and
// attackers; what came of each message, and whether the server grows. `-- --help` lists the options.
try {
  const { build } = await import("./build.mjs");
  await build();
  const { register } = await import("tsx/esm/api");
  register();
  const { runSoak } = await import("../private/testkit/suites/soak/command.ts");
  process.exitCode = await runSoak(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
