// `import io from "socket.io-client"` in TypeScript that compiles to CommonJS without esModuleInterop: the default is then
// a property of the module, where other programs have the module itself.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { type Generation, makeOwnProject, ROOT, runNode } from "./alias-project.ts";

// The last compiler that still has the option.
const TSC: string = join(ROOT, "node_modules/typescript/bin/tsc");
const OPTIONS: readonly string[] = [
  ...["--strict", "--skipLibCheck", "--pretty", "false", "--types", "node", "--target", "es2022"],
  ...["--module", "node16", "--esModuleInterop", "false", "--ignoreDeprecations", "6.0"],
];

const PROGRAM = `import io from "socket.io-client";
const socket = io("http://localhost:1", { autoConnect: false });
console.log(JSON.stringify([io.protocol, typeof io.Manager, Object.keys(io.managers), socket.nsp]));
`;

describe.each([
  ["v4", 5],
  ["v2", 4],
] as const)("a program of %s without esModuleInterop", (generation: Generation, protocol) => {
  let folder = "";
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("compiles and runs", async () => {
    folder = await makeOwnProject(generation);
    writeFileSync(join(folder, "interop.cts"), PROGRAM);
    expect(await runNode(folder, [TSC, "interop.cts", ...OPTIONS])).toEqual({ code: 0, output: "" });
    const { output } = await runNode(folder, ["interop.cjs"]);
    expect(JSON.parse(output)).toEqual([protocol, "function", ["http://localhost:1"], "/"]);
  });
});
