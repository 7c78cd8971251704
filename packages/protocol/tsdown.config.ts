// The library for Node and whoever wants whole sentences, and once more for production builds for browsers, with the
// numbers of error sentences in their places.
import { defineConfig, type UserConfig } from "tsdown";
import { library, numbered } from "../../tsdown.shared.ts";

/** All but MessagePack, and no declarations. */
const CORE = /[\\/]src[\\/](?:engine|shared|websocket|socket[\\/](?!msgpack)).*(?<!\.d)\.ts$/;

const config: UserConfig[] = defineConfig([
  {
    ...library,
    // One file of what every program loads: on Node each file costs about as much as what is in it.
    outputOptions: { ...library.outputOptions, codeSplitting: { groups: [{ name: "core", test: CORE }] } },
    entry: ["src/index.ts", "src/emitter.ts", "src/internal.ts", "src/json.ts", "src/msgpack.ts", "src/parser-api.ts"],
  },
  numbered({ entry: ["src/index.ts", "src/internal.ts", "src/json.ts", "src/msgpack.ts"] }),
]);
export default config;
