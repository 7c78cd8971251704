// What the builds of all packages have in common: ESM and CommonJS with declarations from isolatedDeclarations
// (no type checker runs here; `npm run check` does that), no source maps, es2022.
import type { UserConfig } from "tsdown";
import { numbersForSentences } from "./tools/sentences.mjs";

/** Where a build goes: tools/build.mjs names a side folder and puts it in place when the build is whole. */
export const outDir: string = process.env["BOWLINE_OUT_DIR"] ?? "dist";

export const library: UserConfig = {
  format: ["esm", "cjs"],
  platform: "neutral",
  target: "es2022",
  dts: { oxc: true, sourcemap: false },
  sourcemap: false,
  clean: true,
  outDir,
  fixedExtension: true,
  outputOptions: { exports: "named" },
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
    plugins: [numbersForSentences(), modulesOfTheWeb()],
  };
}
