// Where the programs are installed: with our packages, and for the whole matrix with the official ones, too.
// Place: tools/downstream.mjs installs -> **here** -> the tests beside each program.
// Rules: a program that could not be installed is a skip that says why, on CI a failure.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT: string = fileURLToPath(new URL("../../../", import.meta.url));
const LIST: string = join(ROOT, ".cache/downstream/installations.json");

/** With whose packages a program is installed. */
export type Packages = "ours" | "official";

/** A program in a folder with all that it depends on. */
export interface Installation {
  readonly packages: Packages;
  readonly folder: string;
  /** Why it cannot be played here; absent where it can, or has to. */
  readonly missing?: string;
  /** What a block of tests says of it. */
  readonly title: string;
}

function readList(): unknown {
  return existsSync(LIST) ? JSON.parse(readFileSync(LIST, "utf8")) : {};
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && name in value ? Reflect.get(value, name) : undefined;

function installation(name: string, packages: Packages): Installation {
  const entry = fieldOf(fieldOf(readList(), name), packages);
  const folder = fieldOf(entry, "folder");
  const fault = typeof folder === "string" ? fieldOf(entry, "missing") : `run "npm run test:downstream -- ${name}"`;
  const claim = packages === "ours" ? "with our packages" : "with the official packages";
  const place = { packages, folder: typeof folder === "string" ? folder : "" };
  if (typeof fault !== "string") return { ...place, title: claim };
  if (process.env["CI"] === "true") throw new Error(`Cannot play "${name}": it is not installed; ${fault}`);
  return { ...place, title: `${claim} (skipped: ${fault})`, missing: fault };
}

/** The installations of a program that are to be played: the official packages only in the whole matrix. */
export function installationsOf(name: string): readonly Installation[] {
  const ours = installation(name, "ours");
  return process.env["BOWLINE_FULL"] === "1" ? [ours, installation(name, "official")] : [ours];
}
