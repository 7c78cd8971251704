// `npm run fuzz -- --coverage`: which lines of the decoders in packages/protocol run when nothing but the fuzzer calls them.
// The short form of the fuzzer runs for it, on the sources.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { BIN, ROOT, runCommand } from "./run-command.mjs";
import { MINUTE_MS } from "./run-vitest.mjs";

const FOLDER = join(ROOT, ".cache", "fuzz-coverage");

/** What takes bytes apart; what only writes them, and machines above, is none of it. */
const DECODERS = [
  "engine/{eio3,eio4,packet-text,jsonp,webtransport-frames,handshake}.ts",
  "socket/{text-codec,json-codec,json-depth,msgpack-codec,msgpack-decode,packet-parser,packet-rules,payload-rules}.ts",
  "socket/{namespace-query,sio4,sio5,binary}.ts",
  "websocket/{frame-decoder,gathering,masking,faults,handshake}.ts",
  "shared/{base64,bytes}.ts",
];

/** @returns {Promise<number>} the exit code */
export async function measureFuzzCoverage() {
  const args = [
    BIN.vitest,
    "run",
    "--project",
    "fuzz",
    "private/testkit/suites/fuzz/fuzz.test.ts",
    "--coverage",
    `--coverage.reportsDirectory=${FOLDER}`,
    ...DECODERS.map((pattern) => `--coverage.include=packages/protocol/src/${pattern}`),
  ];
  const run = await runCommand("node", args, { env: { BOWLINE_FUZZ_SOURCES: "1" }, timeoutMs: 20 * MINUTE_MS });
  if (run.code !== 0) {
    console.error(run.output);
    return 1;
  }
  const { total, ...files } = JSON.parse(readFileSync(join(FOLDER, "coverage-summary.json"), "utf8"));
  const row = (name, { lines, branches }) => `| ${name} | ${lines.pct} % | ${branches.pct} % |`;
  const names = Object.keys(files).sort();
  console.log("| decoder | lines | branches |\n|---|---:|---:|");
  for (const name of names) console.log(row(relative(join(ROOT, "packages/protocol/src"), name), files[name]));
  console.log(row("all", total));
  return 0;
}
