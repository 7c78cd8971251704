// The library for Node and whoever wants whole sentences, and once more for production builds for browsers, with the
// numbers of error sentences in their places.
import { defineConfig, type UserConfig } from "tsdown";
import { library, numbered } from "../../tsdown.shared.ts";

const config: UserConfig[] = defineConfig([
  {
    ...library,
    entry: ["src/index.ts", "src/emitter.ts", "src/internal.ts", "src/json.ts", "src/msgpack.ts", "src/parser-api.ts"],
  },
  numbered({ entry: ["src/index.ts", "src/internal.ts", "src/json.ts", "src/msgpack.ts"] }),
]);
export default config;
