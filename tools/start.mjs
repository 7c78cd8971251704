// `npm start [-- --port N]`: sets up, builds what is stale, then runs the playground in this same process, so that
// Ctrl-C and a signal reach it directly. Arguments go on to the playground's server.
import { pathToFileURL } from "node:url";
import { setUp } from "./setup.mjs";

try {
  await setUp();
  const { build } = await import("./build.mjs");
  const { buildPlayground, PLAYGROUND_SERVER } = await import("./playground.mjs");
  const built = (await build()).filter((result) => result.built).map((result) => result.name);
  if (await buildPlayground()) built.push("playground");
  if (built.length > 0) console.log(`built: ${built.join(", ")}`);
  process.argv[1] = PLAYGROUND_SERVER;
  await import(pathToFileURL(PLAYGROUND_SERVER).href);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
