// Imports a program of the test kit as plain JavaScript: tsx gives every function its name by a call, each time that one is made,
// which is half of the time of what makes many.
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { ROOT } from "./run-command.mjs";

/** Files find others beside them by where they were written. */
const ownUrls = {
  name: "own-urls",
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      return {
        contents: source.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)),
        loader: "ts",
        resolveDir: dirname(path),
      };
    });
  },
};

/**
 * Bundles a program, and imports it.
 * @param {string} file from the root of the repository
 * @returns {Promise<any>} what it exports
 */
export async function importBundled(file) {
  // In the folder of the program, so that packages are found as from there.
  const outfile = join(ROOT, dirname(file), `.${basename(file, ".ts")}.bundle.mjs`);
  await build({
    entryPoints: [join(ROOT, file)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
    plugins: [ownUrls],
    logLevel: "silent",
  });
  return import(pathToFileURL(outfile).href);
}
