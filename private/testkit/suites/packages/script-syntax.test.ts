// The files under upstream's names run where upstream's do: in WebViews and by bundlers that know no syntax later than
// that of ES2017.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { ROOT } from "./alias-project.ts";

const FOLDERS = ["v4/socket.io/client-dist", "v4/socket.io-client/dist", "v2/socket.io-client-v2/dist"];

/** A script as the compiler writes it for a target: what the target does not know is put in other words. */
function writtenFor(target: ts.ScriptTarget, text: string): string {
  const compilerOptions = { target, module: ts.ModuleKind.None, removeComments: true };
  return ts.transpileModule(text, { compilerOptions, fileName: "script.js" }).outputText;
}

describe.each(FOLDERS)("%s", (folder) => {
  const path = join(ROOT, "aliases", folder);
  const scripts = readdirSync(path).filter((file) => file.endsWith(".js") && !file.includes(".esm."));

  test("has scripts", () => {
    expect(scripts).toContain("socket.io.js");
  });

  test.each(scripts)("%s has no syntax later than that of ES2017", (file) => {
    const text = readFileSync(join(path, file), "utf8");
    const isOld = writtenFor(ts.ScriptTarget.ES2017, text) === writtenFor(ts.ScriptTarget.ESNext, text);
    expect(isOld).toBe(true);
  });
});

test("syntax that is later than that of ES2017 is noticed", () => {
  const text = "const a = { ...b, c: d?.e ?? f };";
  expect(writtenFor(ts.ScriptTarget.ES2017, text)).not.toBe(writtenFor(ts.ScriptTarget.ESNext, text));
});
