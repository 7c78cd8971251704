import { defineConfig, type UserConfig } from "tsdown";
import { library } from "../../tsdown.shared.ts";

const config: UserConfig = defineConfig({ ...library, entry: ["src/index.ts", "src/cluster.ts"] });
export default config;
