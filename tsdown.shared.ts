// What the builds of all packages have in common: ESM and CommonJS with declarations from isolatedDeclarations
// (no type checker runs here; `npm run check` does that), no source maps, es2022. Comments are in the declarations, where
// editors look for them, and not once more in the code.
import type { Rolldown, UserConfig } from "tsdown";
import { numbersForSentences } from "./tools/sentences.mjs";

/** Where a build goes: tools/build.mjs names a side folder and puts it in place when the build is whole. */
export const outDir: string = process.env["BOWLINE_OUT_DIR"] ?? "dist";

/**
 * A chunk that needed no more of another one than a constant, which now stands in its place, would still import it for its
 * effects. There are none, and the bundlers of programs warn of such imports.
 */
const withoutIdleImports: Rolldown.Plugin = {
  name: "without-idle-imports",
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type === "chunk") file.code = file.code.replaceAll(/^import ?"\.[^"]*";\n/gm, "");
    }
  },
};

/** What bundlers of programs go by stays, and so do licences. */
export const WITHOUT_DOCUMENTATION: NonNullable<Rolldown.OutputOptions["comments"]> = {
  legal: true,
  annotation: true,
  jsdoc: false,
};

export const library: UserConfig = {
  format: ["esm", "cjs"],
  platform: "neutral",
  target: "es2022",
  dts: { oxc: { stripInternal: true }, sourcemap: false },
  sourcemap: false,
  clean: true,
  outDir,
  fixedExtension: true,
  plugins: [withoutIdleImports],
  outputOptions: { exports: "named", comments: WITHOUT_DOCUMENTATION },
  report: false,
  logLevel: "warn",
};

/** Puts modules for browsers in the places of those that every platform can run; both pass the same tests. */
function modulesOfTheWeb(): NonNullable<UserConfig["plugins"]> {
  return {
    name: "modules-of-the-web",
    resolveId(source: string, importer?: string) {
      return source.endsWith("/base64.ts") ? this.resolve(source.replace(/\.ts$/, "-web.ts"), importer) : undefined;
    },
  };
}

/**
 * The same for production builds for browsers, in a folder of their own: numbers in the places of error sentences, and
 * what browsers have built in in the place of what is written out for the others.
 */
export function numbered(config: UserConfig): UserConfig {
  return {
    ...library,
    ...config,
    format: "esm",
    dts: false,
    clean: false,
    outDir: `${outDir}/browser`,
    inputOptions: { optimization: { inlineConst: true } },
    plugins: [numbersForSentences(), modulesOfTheWeb(), withoutIdleImports],
  };
}
