import { defineConfig, type UserConfig } from "tsdown";
import { library } from "../../tsdown.shared.ts";

const config: UserConfig = defineConfig({
  ...library,
  entry: ["src/index.ts", "src/emitter.ts", "src/internal.ts", "src/json.ts", "src/msgpack.ts", "src/parser-api.ts"],
});
export default config;
