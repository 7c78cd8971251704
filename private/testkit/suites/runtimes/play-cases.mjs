// Plays cases in the process that runs this file, whatever its runtime, and prints what each of them observed, one JSON
// per line. Nothing ends the process: it has to end by itself once the last socket is disconnected.
// Usage: RUNTIME play-cases.mjs ENTRY PARTS   with PARTS as JSON: [{ "name", "mode", "url", "parser" }]
import { createRequire } from "node:module";
import process from "node:process";
import "../../src/client-cases/client-cases.mjs";

const require = createRequire(import.meta.url);

/** The ways in which programs get the client. */
const ENTRIES = {
  import: () => import("@bowline/client"),
  require: async () => require("@bowline/client"),
  // What bundlers choose for pages; runtimes that have fetch and WebSocket can load it too.
  browser: () => import("../../../../packages/client/dist/entry/browser.mjs"),
};

const [, , entry, parts] = process.argv;
const { io } = await ENTRIES[entry]();
const { createMsgpackParser } = await import("@bowline/client/msgpack");

for (const { parser, ...part } of JSON.parse(parts)) {
  const options = parser === "msgpack" ? { parser: createMsgpackParser(5) } : {};
  const outcome = await clientCases.play({ io, options, ...part }).then(
    (seen) => ({ seen }),
    (error) => ({ failure: String(error?.stack ?? error) }),
  );
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}
