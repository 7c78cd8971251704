// `npm run test:security [-- --full] [-- --table]`: the step `security` of the gate by itself; `--full` plays the attacks against
// published versions with the hole, too; `--table` measures the threats of docs/security.md on ours beside socket.io 4.8
// (`--table [part of a name] [--rounds N] [--ours] [--write-docs]`).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setUp } from "./setup.mjs";

const isWhole = process.argv.includes("--full");

async function suite() {
  const { vitest } = await import("./run-vitest.mjs");
  const { passed, failed, skipped, output } = await vitest("security", { full: isWhole }, { workers: 2 });
  if (failed > 0) console.log(output);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed === 0 && passed > 0;
}

async function table() {
  const { ROOT } = await import("./run-command.mjs");
  const args = ["--import", "tsx", "private/testkit/suites/security/table.ts"].concat(
    process.argv.slice(2).filter((argument) => argument !== "--table"),
  );
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: "inherit" });
  const [code] = await once(child, "exit");
  return code === 0;
}

try {
  for (const { name, reason } of await setUp(isWhole ? ["holed"] : [])) {
    console.error(`set-up: ${name} is missing: ${reason}`);
  }
  const { build } = await import("./build.mjs");
  await build();
  if (!(process.argv.includes("--table") ? await table() : await suite())) process.exitCode = 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
