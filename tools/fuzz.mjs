// `npm run fuzz [-- OPTIONS]`: damaged inputs for every decoder, in memory and on live connections. `-- --help` lists the options.
const args = process.argv.slice(2);
try {
  if (args.includes("--coverage")) {
    const { measureFuzzCoverage } = await import("./fuzz-coverage.mjs");
    process.exitCode = await measureFuzzCoverage();
  } else {
    const { build } = await import("./build.mjs");
    await build();
    const { importBundled } = await import("./bundled-import.mjs");
    const { runCommand } = await importBundled("private/testkit/suites/fuzz/command.ts");
    process.exitCode = await runCommand(args);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
