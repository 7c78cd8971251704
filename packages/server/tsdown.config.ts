import { defineConfig, type UserConfig } from "tsdown";
import { library } from "../../tsdown.shared.ts";

const config: UserConfig = defineConfig({
  ...library,
  platform: "node",
  // Small packages without settings of their own: found and read one by one, they take longer than what they do.
  deps: { alwaysBundle: ["cookie", "cors"], onlyBundle: false },
  entry: {
    index: "src/index.ts",
    engine: "src/runtime/node/engine.ts",
    "compat-2": "src/runtime/node/compat-2.ts",
    bun: "src/runtime/bun/index.ts",
    uws: "src/runtime/uws/index.ts",
  },
});
export default config;
