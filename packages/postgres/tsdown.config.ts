import { defineConfig, type UserConfig } from "tsdown";
import { library } from "../../tsdown.shared.ts";

const config: UserConfig = defineConfig({ ...library, platform: "node", entry: ["src/index.ts"] });
export default config;
