// Describes a package as JSON, as a program sees it: version, what require() and import give, how its functions may be
// called, and what its files are. Runs in a process of its own, without the test runner's loader.
// Usage: node describe-surface.mjs '{"name":…,"dependent":…,"calls":[[member, …args]],"files":[…],"subpaths":[…]}'
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { name, dependent, calls, files, subpaths } = JSON.parse(process.argv[2]);
const outer = createRequire(join(process.cwd(), "index.js"));
const require = dependent === undefined ? outer : createRequire(outer.resolve(`${dependent}/package.json`));
const folder = require.resolve
  .paths(name)
  .map((path) => join(path, name))
  .find((path) => existsSync(join(path, "package.json")));

function kindOf(value) {
  if (typeof value === "object" && value !== null) return `object of ${Object.keys(value).sort().join(", ")}`;
  return typeof value === "function" ? "function" : `${typeof value} ${value}`;
}

const kindsOf = (value) => Object.fromEntries(Object.keys(value).map((key) => [key, kindOf(value[key])]));

/** Whether an action gives anything. */
function succeeds(action) {
  try {
    return action() !== undefined;
  } catch {
    return false;
  }
}

const cjs = require(name);
const esm = await import(resolveForImport());

/** What import of the package resolves to: its condition, or its main file. */
function resolveForImport() {
  if (dependent === undefined) return name;
  const { exports, main } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const condition = exports?.import ?? exports?.["."]?.import ?? main ?? "index.js";
  const file = typeof condition === "string" ? condition : (condition.node ?? condition.default);
  return pathToFileURL(join(folder, file)).href;
}

const called = Object.fromEntries(
  calls.map(([member, ...args]) => {
    const callee = member === "" ? cjs : cjs[member];
    const forms = { call: succeeds(() => callee(...args)), new: succeeds(() => Reflect.construct(callee, args)) };
    return [member, forms];
  }),
);

function describeFile(file) {
  const path = join(folder, file);
  if (!existsSync(path)) return "missing";
  if (!/\.[cm]?js$/.test(file) || /(?:^|\/)(?:client-)?dist\/(?:socket|engine)\.io\.|^engine\.io\.js$/.test(file))
    return "there";
  const loaded = require(path);
  return typeof loaded === "function" ? "function" : kindsOf(loaded);
}

console.log(
  JSON.stringify({
    version: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version,
    cjs: { kind: typeof cjs, members: kindsOf(cjs) },
    esm: kindsOf(esm),
    called,
    files: Object.fromEntries(files.map((file) => [file, describeFile(file)])),
    subpaths: Object.fromEntries(subpaths.map((path) => [path, succeeds(() => require.resolve(`${name}/${path}`))])),
  }),
);
process.exit();
