// `npm run test:faults [-- OPTIONS]`: one server whose clients lose their networks, ours and upstream's side by side, and what
// came of each message. `-- --help` lists the options.
try {
  const { build } = await import("./build.mjs");
  await build();
  const { register } = await import("tsx/esm/api");
  register();
  const { runDelivery } = await import("../private/testkit/suites/delivery/command.ts");
  process.exitCode = await runDelivery(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
