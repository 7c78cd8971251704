// Each alias package offers what the official one offers: names and kinds of its exports, for require() and import, how
// they may be called, its version, its files. Both are looked at, each in a process of its own.
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { isObject } from "../../src/peers/raw-surface.ts";
import { ROOT, runNode } from "./alias-project.ts";
import { SURFACES, type Surface } from "./alias-surfaces.ts";

const DESCRIBER: string = fileURLToPath(new URL("./describe-surface.mjs", import.meta.url));

type Kinds = Readonly<Record<string, unknown>>;

/** What describe-surface.mjs prints. */
interface Description {
  readonly version: unknown;
  readonly kind: unknown;
  /** Names, each behind the place it is found in (`cjs`, `esm` or a file), with their kinds. */
  readonly names: Kinds;
  readonly called: Kinds;
  readonly subpaths: Kinds;
}

function recordOf(value: unknown): Kinds {
  if (isObject(value)) return value;
  throw new Error(`Cannot read the description: ${String(value)} is no object`);
}

function namesIn(place: string, kinds: unknown): (readonly [string, unknown])[] {
  return isObject(kinds)
    ? [[place, "there"], ...Object.entries(kinds).map(([name, kind]) => [`${place} ${name}`, kind] as const)]
    : [[place, kinds]];
}

async function describePackage(surface: Surface, side: "own" | "official"): Promise<Description> {
  const { calls, files, subpaths, dependent } = surface;
  const task = { name: surface[side], calls, files, subpaths, ...(side === "official" ? { dependent } : {}) };
  const run = await runNode(ROOT, [DESCRIBER, JSON.stringify(task)]);
  if (run.code !== 0) throw new Error(`Cannot describe "${surface[side]}":\n${run.output}`);
  const printed = recordOf(JSON.parse(run.output));
  const cjs = recordOf(printed["cjs"]);
  const places = Object.entries(recordOf(printed["files"])).filter(([, kind]) => kind !== "missing");
  return {
    version: printed["version"],
    kind: cjs["kind"],
    names: Object.fromEntries([
      ...namesIn("cjs", cjs["members"]),
      ...namesIn("esm", printed["esm"]),
      ...places.flatMap(([file, kinds]) => namesIn(file, kinds)),
    ]),
    called: recordOf(printed["called"]),
    subpaths: recordOf(printed["subpaths"]),
  };
}

/** Names of the left that the right does not have; those in a file that is missing as a whole are told by the file. */
function without(left: Kinds, right: Kinds): string[] {
  return Object.keys(left).filter((name) => {
    const [place = ""] = name.split(" ");
    return !(name in right) && (name === place || place in right);
  });
}

describe.each(SURFACES)("$own beside $official", (surface) => {
  let own: Description;
  let official: Description;

  beforeAll(async () => {
    [own, official] = await Promise.all([describePackage(surface, "own"), describePackage(surface, "official")]);
  });

  test("has the official version and is the same kind of value", () => {
    expect({ version: own.version, kind: own.kind }).toEqual({ version: official.version, kind: official.kind });
  });

  test("lacks nothing but what is listed with a reason", () => {
    expect(without(official.names, own.names).sort()).toEqual(Object.keys(surface.missing).sort());
  });

  test("adds nothing but what is listed with a reason", () => {
    expect(without(own.names, official.names).sort()).toEqual(Object.keys(surface.added).sort());
  });

  test("has the same kinds of things under the same names", () => {
    const shared = Object.keys(official.names).filter((name) => name in own.names);
    const kindsOf = ({ names }: Description) => shared.map((name) => `${name}: ${String(names[name])}`);
    expect(kindsOf(own)).toEqual(kindsOf(official));
  });

  test("can be called in every form in which the official one can", () => {
    const formsOf = ({ called }: Description) =>
      Object.entries(called).flatMap(([member, forms]) =>
        Object.entries(recordOf(forms)).map(([form, works]) => ({ name: `${form} ${member}`, works })),
      );
    const working = (description: Description) =>
      formsOf(description)
        .filter(({ works }) => works === true)
        .map(({ name }) => name);
    expect(working(own)).toEqual(expect.arrayContaining(working(official)));
  });

  test("lets the same paths be resolved below its name", () => {
    expect(own.subpaths).toEqual(official.subpaths);
  });
});
