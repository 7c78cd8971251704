import { defineConfig, type UserConfig } from "tsdown";
import { library } from "../../tsdown.shared.ts";

const config: UserConfig = defineConfig({
  ...library,
  platform: "node",
  entry: { index: "src/index.ts", engine: "src/runtime/node/engine.ts", "compat-2": "src/runtime/node/compat-2.ts" },
});
export default config;
