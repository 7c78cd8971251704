// The declarations that are published: whole for a compiler that checks them, and without what is nobody's affair.
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isObject } from "../../src/peers/raw-surface.ts";
import { ROOT, runNode } from "./alias-project.ts";

const TSC: string = join(ROOT, "node_modules/typescript-7/bin/tsc");
const PACKAGES: readonly string[] = ["protocol", "adapter", "client", "server", "node-cluster"];

function declarationsOf(name: string): string[] {
  const dist = join(ROOT, "packages", name, "dist");
  return readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.d\.[cm]ts$/.test(file))
    .map((file) => join(dist, file));
}

/** What programs import: the package itself, and each path below it that has declarations. */
function importsOf(name: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8"));
  const exports = isObject(manifest) && isObject(manifest["exports"]) ? Object.keys(manifest["exports"]) : [];
  return exports.filter((path) => !path.endsWith(".json")).map((path) => `@bowline/${name}${path.slice(1)}`);
}

describe("the declarations of the packages", () => {
  const folders: string[] = [];

  beforeAll(() => {
    folders.push(mkdtempSync(join(ROOT, ".cache", "declarations-")));
  });

  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  test.each(PACKAGES)("of %s say nothing of what is internal", (name) => {
    const files = declarationsOf(name);
    expect(files).not.toEqual([]);
    expect(files.filter((file) => readFileSync(file, "utf8").includes("@internal"))).toEqual([]);
  });

  test("are whole, for import and for require()", async () => {
    const [folder = ""] = folders;
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
    const paths = PACKAGES.flatMap(importsOf);
    const lines = paths.map((path, index) => `export * as part${index} from ${JSON.stringify(path)};`);
    for (const file of ["all.mts", "all.cts"]) writeFileSync(join(folder, file), `${lines.join("\n")}\n`);
    const options = ["--noEmit", "--ignoreConfig", "--strict", "--pretty", "false", "--target", "es2022"];
    const lib = ["--lib", "es2022,dom,dom.iterable", "--types", "node"];
    const run = await runNode(folder, [TSC, ...options, "--module", "nodenext", ...lib, "all.mts", "all.cts"]);
    expect(run).toEqual({ code: 0, output: "" });
    expect(paths.length).toBeGreaterThan(PACKAGES.length);
  });
});
