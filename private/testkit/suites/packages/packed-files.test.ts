// What `npm pack` puts into the client packages: everything that a program may load, and nothing of our workshop.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { isObject } from "../../src/peers/raw-surface.ts";
import { ROOT } from "./alias-project.ts";

let packed: ReadonlyMap<string, readonly string[]> = new Map();

function readPacked(entry: unknown): string[] {
  const files: unknown = isObject(entry) ? entry["files"] : undefined;
  if (!Array.isArray(files)) throw new Error("Cannot pack: npm lists no files");
  return files.map((file: unknown) => String(isObject(file) ? file["path"] : file)).sort();
}

beforeAll(() => {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts", ...FOLDERS.map((folder) => join(ROOT, folder))];
  const printed: unknown = JSON.parse(
    execFileSync("npm", args, { cwd: ROOT, stdio: ["ignore", "pipe", "ignore"], maxBuffer: 2 ** 24 }).toString(),
  );
  const entries: unknown[] = Array.isArray(printed) ? printed : [];
  packed = new Map(FOLDERS.map((folder, index) => [folder, readPacked(entries[index])]));
});

/** The files of a package as npm would publish it. */
function packedFiles(folder: string): readonly string[] {
  return packed.get(folder) ?? [];
}

/** The paths that a manifest leads to, under any condition that a program may have. */
function targetsOf(value: unknown): string[] {
  if (typeof value === "string") return [value.replace(/^\.\//, "")];
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === "bowline-source" ? [] : targetsOf(inner)));
}

function entriesOf(folder: string): string[] {
  const manifest: unknown = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
  if (!isObject(manifest)) throw new Error(`Cannot read the manifest of "${folder}"`);
  return [manifest["main"], manifest["module"], manifest["types"], manifest["exports"]].flatMap(targetsOf);
}

const ALWAYS = ["LICENSE", "README.md", "package.json"];
const scripts = (folder: string, names: readonly string[]) =>
  names.flatMap((name) => [folder + name, `${folder}${name}.map`]);
const inFolder = (folder: string, names: readonly string[]) => names.map((name) => `${folder}/${name}`);

/** The alias packages of the client, file by file. */
const CONTENTS: Readonly<Record<string, readonly string[]>> = {
  "aliases/v4/socket.io-client": [
    ...inFolder("build/cjs", [
      "index.d.ts",
      "index.js",
      "manager.d.ts",
      "manager.js",
      "on.js",
      "socket.d.ts",
      "socket.js",
    ]),
    ...inFolder("build/esm", ["index.d.ts", "index.js", "manager.d.ts", "manager.js", "on.js", "package.json"]),
    ...inFolder("build/esm", ["socket.d.ts", "socket.js"]),
    ...inFolder("build/esm-debug", ["index.js", "manager.js", "on.js", "package.json", "socket.js"]),
    ...scripts("dist/", ["socket.io.esm.min.js", "socket.io.js", "socket.io.min.js", "socket.io.msgpack.min.js"]),
  ],
  "aliases/v2/socket.io-client-v2": [
    ...["index", "manager", "on", "socket"].flatMap((name) => [`lib/${name}.d.ts`, `lib/${name}.js`]),
    ...scripts("dist/", ["socket.io.dev.js", "socket.io.js", "socket.io.slim.dev.js", "socket.io.slim.js"]),
  ],
  "aliases/v2/engine.io-client-v2": [
    ...["index.d.ts", "index.js", "socket.d.ts", "socket.js", "transport.js"].map((file) => `lib/${file}`),
    ...["index", "polling-jsonp", "polling-xhr", "websocket"].map((name) => `lib/transports/${name}.js`),
    ...scripts("", ["engine.io.js"]),
  ],
  "aliases/v4/engine.io": [
    ...inFolder("build", ["engine.io.d.ts", "engine.io.js", "server.js", "socket.js", "transport.js", "userver.js"]),
    "wrapper.d.mts",
    "wrapper.mjs",
  ],
  "aliases/v2/engine.io-v2": [
    ...["engine.io.d.ts", "engine.io.js", "parser.js", "server.js", "socket.js", "transport.js"].map(
      (file) => `lib/${file}`,
    ),
    ...["index", "polling", "polling-jsonp", "polling-xhr", "websocket"].map((name) => `lib/transports/${name}.js`),
  ],
  "aliases/v4/component-emitter": ["cjs", "esm"].flatMap((folder) =>
    inFolder(`lib/${folder}`, ["index.d.ts", "index.js", "package.json"]),
  ),
  "aliases/v2/component-emitter-v2": ["index.d.ts", "index.js"],
  "aliases/v4/socket.io-msgpack-parser": ["index.d.ts", "index.js"],
  "aliases/v4/socket.io-json-parser": ["index.d.ts", "index.js"],
  "aliases/v2/socket.io-msgpack-parser-v2": ["index.d.ts", "index.js"],
  "aliases/v2/socket.io-json-parser-v2": ["index.d.ts", "index.js"],
};

const FOLDERS: readonly string[] = [
  "packages/client",
  "packages/protocol",
  "aliases/v4/engine.io-client",
  ...Object.keys(CONTENTS),
];

test.each(Object.entries(CONTENTS))("%s has exactly the files that its programs know", (folder, files) => {
  expect(packedFiles(folder)).toEqual([...ALWAYS, ...files].sort());
});

describe.each(FOLDERS)("%s", (folder) => {
  test("has every file that its manifest leads to, its licence and its readme", () => {
    expect(packedFiles(folder)).toEqual(expect.arrayContaining([...ALWAYS, ...entriesOf(folder)]));
  });

  test("has no tests, no configuration and no leftovers", () => {
    const foreign = /\.test(?:-d)?\.ts$|test-support|tsconfig|tsdown|\.tgz$|node_modules|dist\.(?:next|old)|\.cache/;
    expect(packedFiles(folder).filter((file) => foreign.test(file))).toEqual([]);
  });
});

test("the minified file for a script tag comes with one that can be read, and neither has or names a source map", () => {
  const files = packedFiles("packages/client");
  expect(files.filter((file) => /^dist\/[^/]*\.js(\.map)?$/.test(file))).toEqual([
    "dist/bowline.js",
    "dist/bowline.min.js",
  ]);
  for (const file of ["bowline.js", "bowline.min.js"]) {
    expect(readFileSync(join(ROOT, "packages/client/dist", file), "utf8")).not.toContain("sourceMappingURL");
  }
});
