// The library (one entry per surroundings, the protocol package stays a dependency) and the files for a script tag,
// which hold everything: bowline*.js for browsers of es2022, and the same bundle under upstream's names at es2017, since
// programs serve socket.io.js to old WebViews. As with upstream's, socket.io.js has debug output, the minified one has none;
// for 2.x the slim ones have none. What has compat-2 in its name has the settings of 2.x.
import { defineConfig, type UserConfig } from "tsdown";
import { numbersForSentences } from "../../tools/sentences.mjs";
import { library, numbered, outDir } from "../../tsdown.shared.ts";

function scriptTag(
  fileName: string,
  minify: boolean,
  target: string,
  source = "global",
  globalName = "io",
): UserConfig {
  return {
    entry: { global: `src/entry/${source}.ts` },
    // Under upstream's names also for CommonJS and AMD loaders, which old pages have.
    format: target === "es2017" ? "umd" : "iife",
    globalName,
    platform: "browser",
    target,
    minify,
    // Who reads a script wants whole sentences, who only loads it has their numbers.
    plugins: minify ? [numbersForSentences()] : [],
    inputOptions: {
      resolve: { conditionNames: minify ? ["browser", "import"] : ["browser", "development", "import"] },
    },
    sourcemap: true,
    dts: false,
    clean: false,
    outDir,
    deps: { alwaysBundle: [/^@bowline\//], onlyBundle: false },
    outputOptions: { entryFileNames: fileName },
    report: false,
    logLevel: "warn",
  };
}

// Each library entry is a build of its own: nobody loads both, and sharing chunks between a CommonJS entry for Node and
// one for browsers leaks the bundler's own helpers into the exports.
function libraryEntry(name: string): UserConfig {
  return { ...library, entry: { [`entry/${name}`]: `src/entry/${name}.ts` }, clean: false };
}

const config: UserConfig[] = defineConfig([
  libraryEntry("node"),
  libraryEntry("browser"),
  libraryEntry("browser-debug"),
  libraryEntry("node-compat-2"),
  libraryEntry("browser-compat-2"),
  libraryEntry("browser-websocket"),
  libraryEntry("node-websocket-only"),
  libraryEntry("browser-engine"),
  libraryEntry("node-engine"),
  libraryEntry("browser-engine-compat-2"),
  libraryEntry("node-engine-compat-2"),
  libraryEntry("jsonp"),
  numbered({ entry: { browser: "src/entry/browser.ts" } }),
  numbered({ entry: { "browser-compat-2": "src/entry/browser-compat-2.ts" } }),
  numbered({ entry: { "browser-websocket": "src/entry/browser-websocket.ts" } }),
  numbered({ entry: { "browser-engine": "src/entry/browser-engine.ts" } }),
  numbered({ entry: { "browser-engine-compat-2": "src/entry/browser-engine-compat-2.ts" } }),
  { ...library, entry: { msgpack: "src/msgpack.ts" }, clean: false },
  { ...library, entry: { explain: "src/explain.ts" }, clean: false },
  { ...scriptTag("socket.io.esm.min.js", true, "es2022"), entry: { esm: "src/entry/browser.ts" }, format: "esm" },
  scriptTag("bowline.js", false, "es2022"),
  scriptTag("bowline.min.js", true, "es2022"),
  scriptTag("socket.io.js", false, "es2017", "global-debug"),
  scriptTag("socket.io.min.js", true, "es2017"),
  scriptTag("socket.io.msgpack.min.js", true, "es2017", "global-msgpack"),
  scriptTag("socket.io.compat-2.js", true, "es2017", "global-compat-2-debug"),
  scriptTag("socket.io.compat-2.dev.js", false, "es2017", "global-compat-2-debug"),
  scriptTag("socket.io.compat-2.slim.js", true, "es2017", "global-compat-2"),
  scriptTag("socket.io.compat-2.slim.dev.js", false, "es2017", "global-compat-2"),
  scriptTag("engine.io.js", false, "es2017", "global-engine", "eio"),
  scriptTag("engine.io.min.js", true, "es2017", "global-engine", "eio"),
  scriptTag("engine.io.compat-2.js", false, "es2017", "global-engine-compat-2", "eio"),
  {
    ...scriptTag("engine.io.esm.min.js", true, "es2022"),
    entry: { esm: "src/entry/browser-engine.ts" },
    format: "esm",
  },
]);
export default config;
