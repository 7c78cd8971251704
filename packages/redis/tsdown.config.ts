import { defineConfig, type UserConfig } from "tsdown";
import { library } from "../../tsdown.shared.ts";

const config: UserConfig = defineConfig({
  ...library,
  platform: "node",
  entry: {
    index: "src/index.ts",
    emitter: "src/runtime/emitter.ts",
    sharded: "src/runtime/sharded.ts",
    streams: "src/streams/runtime/streams.ts",
  },
});
export default config;
