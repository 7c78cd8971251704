// The library (one entry per surroundings, the protocol package stays a dependency) and the files for a script tag,
// which hold everything: bowline*.js for browsers of es2022, and the same bundle under upstream's names at es2017, since
// programs serve socket.io.js to old WebViews. What ends in compat-2 has the settings of 2.x.
import { defineConfig, type UserConfig } from "tsdown";
import { library, outDir } from "../../tsdown.shared.ts";

function scriptTag(fileName: string, minify: boolean, target: string, source = "global"): UserConfig {
  return {
    entry: { global: `src/entry/${source}.ts` },
    format: "iife",
    globalName: "io",
    platform: "browser",
    target,
    minify,
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
  libraryEntry("node-compat-2"),
  libraryEntry("browser-compat-2"),
  libraryEntry("browser-websocket"),
  libraryEntry("node-websocket-only"),
  libraryEntry("browser-engine"),
  libraryEntry("node-engine"),
  libraryEntry("browser-engine-compat-2"),
  libraryEntry("node-engine-compat-2"),
  libraryEntry("jsonp"),
  { ...library, entry: { msgpack: "src/msgpack.ts" }, clean: false },
  { ...library, entry: { explain: "src/explain.ts" }, clean: false },
  { ...scriptTag("socket.io.esm.min.js", true, "es2022"), entry: { esm: "src/entry/browser.ts" }, format: "esm" },
  scriptTag("bowline.js", false, "es2022"),
  scriptTag("bowline.min.js", true, "es2022"),
  scriptTag("socket.io.js", false, "es2017"),
  scriptTag("socket.io.min.js", true, "es2017"),
  scriptTag("socket.io.compat-2.js", false, "es2017", "global-compat-2"),
  scriptTag("socket.io.compat-2.min.js", true, "es2017", "global-compat-2"),
]);
export default config;
