// Proves that the check of the compatibility lists bites: a line without a test, a test that is not there or is switched
// off, and a page that is stale turn it red; sound lists give a page.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";

const ROOT: string = fileURLToPath(new URL("../../../../", import.meta.url));
const TESTS = "packages/client/src/some.test.ts";
const TEMPLATE = `opens by \${of === "" ? \`hand\` : of}`;
const SOURCE = [
  'describe("a door", () => {',
  '  test("opens", () => {});',
  '  test.each<[() => void, number]>([1, 2])("opens %s times", () => {});',
  `  test(\`${TEMPLATE}\`, () => {});`,
  '  test.skip("closes", () => {});',
  '  // test("is painted", () => {});',
  "});",
  'describe.skipIf(isNight).each([1, 2])("a gate %s", () => {',
  '  test.runIf(isDay)("turns", () => {});',
  "});",
  'describe.skip("a window", () => {',
  '  test("breaks", () => {});',
  "});",
].join("\n");

const LINE = { item: "open()", twoX: "yes", fourX: "yes", ours: "yes", tests: [`${TESTS}: a door > opens`] };

const WRONG = [
  { what: "a line without a test", line: { ...LINE, tests: [] }, says: "no test proves it" },
  {
    what: "a line that does not say what ours does",
    line: { ...LINE, ours: "" },
    says: 'it says nothing under "ours"',
  },
  {
    what: "a file that is not there",
    line: { ...LINE, tests: ["no.test.ts: opens"] },
    says: 'there is no "no.test.ts"',
  },
  { what: "a title that is not there", line: { ...LINE, tests: [`${TESTS}: sings`] }, says: 'has no test "sings"' },
  { what: "half a title", line: { ...LINE, tests: [`${TESTS}: pens`] }, says: 'has no test "pens"' },
  { what: "a title in a comment", line: { ...LINE, tests: [`${TESTS}: is painted`] }, says: 'no test "is painted"' },
  { what: "a test that is switched off", line: { ...LINE, tests: [`${TESTS}: closes`] }, says: 'has no test "closes"' },
  {
    what: "a test in a group that is off",
    line: { ...LINE, tests: [`${TESTS}: breaks`] },
    says: 'has no test "breaks"',
  },
  { what: "a proof without a title", line: { ...LINE, tests: [TESTS] }, says: "is no proof" },
] as const;

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A small repository with one list of one line. */
function makeRepository(line: object): string {
  const folder = mkdtempSync(join(tmpdir(), "bowline-compatibility-"));
  folders.push(folder);
  for (const path of ["docs", "packages/client/src", "private/testkit/compatibility"]) {
    mkdirSync(join(folder, path), { recursive: true });
  }
  cpSync(join(ROOT, "tools"), join(folder, "tools"), { recursive: true });
  writeFileSync(join(folder, TESTS), SOURCE);
  const list = { part: "The client", area: "Doors", rows: [line] };
  writeFileSync(join(folder, "private/testkit/compatibility/doors.json"), JSON.stringify(list));
  return folder;
}

function run(folder: string, ...args: readonly string[]): { readonly code: number | null; readonly output: string } {
  const { status, stdout } = spawnSync(process.execPath, ["tools/compatibility.mjs", ...args], { cwd: folder });
  return { code: status, output: stdout.toString() };
}

describe("the check of the compatibility lists", () => {
  test.each(WRONG)("refuses $what", ({ line, says }) => {
    const { code, output } = run(makeRepository(line));
    expect(output).toContain(says);
    expect(output).toContain("0 passed, 1 failed");
    expect(code).toBe(1);
  });

  test.each([
    `${TESTS}: opens`,
    `${TESTS}: opens %s times`,
    `${TESTS}: ${TEMPLATE}`,
    `${TESTS}: a door > opens`,
    `${TESTS}: a gate %s > turns`,
  ])("takes %s", (proof) => {
    const folder = makeRepository({ ...LINE, tests: [proof] });
    expect(run(folder)).toEqual({ code: 0, output: "compatibility: 2 passed, 0 failed\n" });
    expect(readFileSync(join(folder, "docs/compatibility.md"), "utf8")).toContain("| open() | yes | yes | yes | [");
    expect(run(folder, "--check").code).toBe(0);
  });

  test("refuses a page that is stale, and leaves it as it is", () => {
    const folder = makeRepository(LINE);
    writeFileSync(join(folder, "docs/compatibility.md"), "old");
    const { code, output } = run(folder, "--check");
    expect([code, output]).toEqual([1, expect.stringContaining("is stale")]);
    expect(readFileSync(join(folder, "docs/compatibility.md"), "utf8")).toBe("old");
  });

  test("refuses to have nothing to check", () => {
    const folder = makeRepository(LINE);
    rmSync(join(folder, "private/testkit/compatibility"), { recursive: true });
    expect(run(folder, "--check").code).toBe(1);
  });
});
