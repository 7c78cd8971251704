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

/** The same for production builds for browsers, in a folder of their own: numbers in the places of error sentences. */
export function numbered(config: UserConfig): UserConfig {
  return {
    ...library,
    ...config,
    format: "esm",
    dts: false,
    clean: false,
    outDir: `${outDir}/browser`,
    plugins: [numbersForSentences()],
  };
}
