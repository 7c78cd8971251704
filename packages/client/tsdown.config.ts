// The library (one entry per surroundings, the protocol package stays a dependency) and the files for a script tag,
// which hold everything: bowline*.js for browsers of es2022, and the same bundle under upstream's names at es2017, since
// programs serve socket.io.js to old WebViews. As with upstream's, socket.io.js has debug output, the minified one has none;
// for 2.x the slim ones have none. What has compat-2 in its name has the settings of 2.x.
import { defineConfig, type UserConfig } from "tsdown";
import { numbersForSentences } from "../../tools/sentences.mjs";
import { library, numbered, outDir, WITHOUT_DOCUMENTATION } from "../../tsdown.shared.ts";

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
    // Those under upstream's names are served with their maps; ours has a readable twin, and maps are most of what npm installs.
    sourcemap: !fileName.startsWith("bowline"),
    dts: false,
    clean: false,
    outDir,
    deps: { alwaysBundle: [/^@bowline\//], onlyBundle: false },
    // One file, whatever a page may need of it.
    outputOptions: { entryFileNames: fileName, codeSplitting: false, comments: WITHOUT_DOCUMENTATION },
    report: false,
    logLevel: "warn",
  };
}

/** What pages load when they need it: files of their own beside each entry, which hold all that they need. */
const LATER: Readonly<Record<string, string>> = {
  elder: "src/elder.ts",
  "webtransport-channel": "src/transports/webtransport-channel.ts",
};

/** Leaves such a file where it is, beside the entry; an entry that asks for it at once has it built in. */
const leftForLater: NonNullable<UserConfig["plugins"]> = {
  name: "left-for-later",
  resolveDynamicImport(source: unknown) {
    const name = /([^/]+)\.ts$/.exec(String(source))?.[1] ?? "";
    return Object.hasOwn(LATER, name) ? { id: `./${name}.mjs`, external: true } : undefined;
  },
};

const plugins: NonNullable<UserConfig["plugins"]> = [library.plugins, leftForLater];

/**
 * What a client needs of other packages and of Node when it connects, and `require` takes its time for: CommonJS can ask
 * for it then. The names stay plain, so that bundlers find them.
 */
const IMPORT_OF_LATER = /^let (\w+) = require\("((?:ws|cookie|node:https?))"\);\n(?:\1 = __toESM\(\1, 1\);\n)?/gm;

const requiredWhenNeeded: NonNullable<UserConfig["plugins"]> = {
  name: "required-when-needed",
  renderChunk(code: string, _chunk: unknown, { format }: { readonly format: string }) {
    if (format !== "cjs") return undefined;
    const found = [...code.matchAll(IMPORT_OF_LATER)];
    const asked = found.reduce(
      (changed, [whole, name, module]) =>
        changed
          .replace(whole, `let ${name}_;\nconst load_${name} = () => (${name}_ ??= require("${module}"));\n`)
          .replaceAll(new RegExp(`(?<![.\\w$])${name}(?=\\.|\\)? :|\\))`, "g"), `(load_${name}())`),
      code,
    );
    return { code: asked, map: null };
  },
};

/** Entries by their names, to be built together: they share what they have in common. */
function entries(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `src/entry/${name}.ts`]));
}

const forNode: UserConfig = {
  ...library,
  entry: entries("node", "node-compat-2", "node-websocket-only", "node-engine", "node-engine-compat-2", "jsonp"),
  outDir: `${outDir}/entry`,
  plugins: [plugins, requiredWhenNeeded],
  clean: false,
};

const BROWSER = entries(
  "browser",
  "browser-compat-2",
  "browser-websocket",
  "browser-engine",
  "browser-engine-compat-2",
);

/** For bundlers, which read modules: there is no CommonJS of it. */
const forBrowsers: UserConfig = {
  ...library,
  entry: { ...BROWSER, ...entries("browser-debug") },
  format: "esm",
  outDir: `${outDir}/entry`,
  plugins,
  clean: false,
};

/** The same for production builds for browsers. */
const forProduction: UserConfig = numbered({ entry: BROWSER });

const config: UserConfig[] = defineConfig([
  forNode,
  forBrowsers,
  { ...forProduction, plugins: [forProduction.plugins, leftForLater] },
  ...Object.entries(LATER).flatMap(([name, file]): UserConfig[] => [
    {
      ...library,
      entry: { [`entry/${name}`]: file },
      format: "esm",
      dts: false,
      clean: false,
    },
    {
      ...numbered({ entry: { [name]: file } }),
      deps: { alwaysBundle: [/^@bowline\//], onlyBundle: false },
      inputOptions: { optimization: { inlineConst: true }, resolve: { conditionNames: ["browser", "import"] } },
    },
  ]),
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
