import { defineConfig, type UserConfig } from "tsdown";
import { library } from "../../tsdown.shared.ts";

const config: UserConfig = defineConfig({
  ...library,
  platform: "node",
  entry: { index: "src/index.ts", sticky: "src/runtime/sticky.ts" },
});
export default config;
