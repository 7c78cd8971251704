// Programs written for the official packages run unchanged on the alias packages, and print the same; programs in
// TypeScript compile.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Generation,
  installPlugin,
  makeOfficialProject,
  makeOwnProject,
  type PluginNeeds,
  programsOf,
  ROOT,
  runNode,
} from "./alias-project.ts";

const TSC: string = join(ROOT, "node_modules/typescript-7/bin/tsc");
const STRICT: readonly string[] = [
  "--noEmit",
  "--strict",
  "--pretty",
  "false",
  "--types",
  "node",
  "--target",
  "es2022",
];
const FOR_NODE: readonly string[] = ["--module", "nodenext"];
const FOR_BUNDLERS: readonly string[] = ["--module", "esnext", "--moduleResolution", "bundler"];

const COMPILATIONS: Readonly<Record<Generation, readonly (readonly [string, readonly string[]])[]>> = {
  v4: [
    ["CommonJS", [...FOR_NODE, "program.cts", "callable.cts"]],
    ["an ES module", [...FOR_NODE, "program.mts"]],
    ["a bundler's input", [...FOR_BUNDLERS, "program.mts"]],
  ],
  v2: [["CommonJS", [...FOR_NODE, "program.cts"]]],
};

const PLUGINS: Readonly<Record<Generation, PluginNeeds>> = {
  v4: { dependencies: { "socket.io-client": "^4.7.0" }, peerDependencies: { "socket.io": ">=4.0.0 <5" } },
  v2: { dependencies: { "socket.io-client": "^2.3.0" }, peerDependencies: { "socket.io": "2" } },
};

describe.each<Generation>(["v4", "v2"])("a program of %s", (generation) => {
  let own = "";
  let official = "";
  const folders: string[] = [];

  beforeAll(async () => {
    official = makeOfficialProject(generation);
    own = await makeOwnProject(generation);
  });

  afterAll(() => {
    for (const folder of [own, official, ...folders]) rmSync(folder, { recursive: true, force: true });
  });

  test.each(programsOf(generation))("prints the same on our packages as on the official ones: %s", async (program) => {
    const expected = await runNode(official, [program]);
    expect(expected).toMatchObject({ code: 0 });
    expect(expected.output).toContain('["client: bytes",[6,5,4]]');
    expect(await runNode(own, [program])).toEqual(expected);
  });

  test("finds the version of the official packages", async () => {
    const script = `const version = (name) => require(name + "/package.json").version;
      console.log(version("socket.io"), version("socket.io-client"));`;
    const args = ["--input-type=commonjs", "--eval", script];
    expect(await runNode(own, args)).toEqual(await runNode(official, args));
  });

  test.each<[string, PluginNeeds, Readonly<Record<string, string>>]>([
    ["a range", PLUGINS[generation], {}],
    [
      "another version, which is overridden",
      { dependencies: { "socket.io-client": "1.7.4" } },
      { "socket.io-client": "$socket.io-client" },
    ],
  ])("shares our packages with a plugin that wants %s", async (_what, needs, overrides) => {
    const plugin = await installPlugin(own, needs, overrides);
    folders.push(plugin.folder);
    expect(plugin).toMatchObject({ code: 0 });
    const run = await runNode(plugin.folder, ["--input-type=commonjs", "--eval", 'console.log(require("plugin"))']);
    expect(run.output.trim()).toBe(`@bowline/socket.io-client${generation === "v2" ? "-v2" : ""}`);
  });

  test.each(COMPILATIONS[generation])("in TypeScript compiles as %s", async (_what, args) => {
    expect(await runNode(own, [TSC, ...STRICT, ...args])).toEqual({ code: 0, output: "" });
  });
});
