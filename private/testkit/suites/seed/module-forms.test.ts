// The ways in which a program gets `io`: by require, by import, through a bundler, by a script tag.
// Place in the flow: the built alias packages of both generations, in projects that know them by upstream's names.
// Rule: the same properties hang on `io` in every build.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Generation, ROOT, runNode } from "../packages/alias-project.ts";
import { makeLinkedProject, OWN } from "./linked-project.ts";

const ESBUILD: string = join(ROOT, "node_modules/esbuild/bin/esbuild");

/** Tells what hangs on `io`; the program says how it came by it. */
const TELL = `
const socket = io("http://localhost:1", { autoConnect: false });
const told = JSON.stringify({
  calls: [typeof io, typeof socket.on, socket.nsp],
  same: [io.connect === io, io.io === io],
  classes: [socket instanceof io.Socket, socket.io instanceof io.Manager, io.Manager("http://localhost:2", { autoConnect: false }) instanceof io.Manager],
  protocol: io.protocol,
  managers: Object.keys(io.managers),
});`;

const PRINT = `${TELL}\nconsole.log(told);`;

function expectedOf(protocol: number): object {
  return {
    calls: ["function", "function", "/"],
    same: [true, true],
    classes: [true, true, true],
    protocol,
    managers: ["http://localhost:1"],
  };
}

const EXPECTED: Readonly<Record<Generation, object>> = { v4: expectedOf(5), v2: expectedOf(4) };
const PROTOCOL: Readonly<Record<Generation, number>> = { v4: 5, v2: 4 };

/** What a page, or a worker, has for the client. */
const SURROUNDINGS = { setTimeout, clearTimeout, TextEncoder, TextDecoder, URL, fetch, performance, crypto };

describe.each<Generation>(["v4", "v2"])("io of the client for programs of %s", (generation) => {
  let folder = "";

  beforeAll(() => {
    folder = makeLinkedProject(OWN[generation]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function runFile(name: string, text: string): Promise<unknown> {
    writeFileSync(join(folder, name), text);
    const { code, output } = await runNode(folder, [name]);
    expect({ code, output }).toMatchObject({ code: 0 });
    return JSON.parse(output);
  }

  test("by require is the module itself", async () => {
    expect(await runFile("forms.cjs", `const io = require("socket.io-client");${PRINT}`)).toEqual(EXPECTED[generation]);
  });

  test("by require is also the module's property io, and its default", async () => {
    const text = `const module_ = require("socket.io-client");
      console.log(JSON.stringify([module_.io === module_, module_.default === module_]));`;
    expect(await runFile("named.cjs", text)).toEqual([true, true]);
  });

  test("by import is the default", async () => {
    expect(await runFile("forms.mjs", `import io from "socket.io-client";${PRINT}`)).toEqual(EXPECTED[generation]);
  });

  test("by import has names beside the default", async () => {
    const names = "io, connect, Manager, Socket, protocol";
    const text = `import byDefault, { ${names} } from "socket.io-client";
      const socket = connect("http://localhost:3", { autoConnect: false });
      console.log(JSON.stringify([
        io === byDefault, connect === byDefault, socket instanceof Socket, socket.io instanceof Manager, protocol,
      ]));`;
    expect(await runFile("names.mjs", text)).toEqual([true, true, true, true, PROTOCOL[generation]]);
  });

  test.each([
    ["import", `import io from "socket.io-client";`],
    ["a named import", `import { io } from "socket.io-client";`],
    ["require", `const io = require("socket.io-client");`],
  ])("by %s through a bundler, for Node and for a page", async (_what, first) => {
    writeFileSync(join(folder, "bundled.js"), `${first}${TELL}\nglobalThis.told = told;`);
    for (const args of [["--platform=node"], ["--platform=browser", "--format=iife"]]) {
      const esbuild = spawnSync(ESBUILD, ["bundled.js", "--bundle", "--log-level=warning", ...args], { cwd: folder });
      expect([esbuild.status, esbuild.stderr.toString()]).toEqual([0, ""]);
      const script = esbuild.stdout.toString();
      expect(args[0] === "--platform=node" ? await toldInNode(script) : toldInPage(script)).toEqual(
        EXPECTED[generation],
      );
    }
  });

  function toldInNode(script: string): Promise<unknown> {
    return runFile("bundle.cjs", `${script}\nconsole.log(globalThis.told);`);
  }

  function toldInPage(script: string): unknown {
    return JSON.parse(String(runInContext(`${script}\n;globalThis.told`, createContext({ ...SURROUNDINGS }))));
  }

  /** The file for a script tag, as the package has it. */
  function script(): string {
    return readFileSync(join(folder, "node_modules/socket.io-client/dist/socket.io.js"), "utf8");
  }

  test("by a script tag is a global", () => {
    const context = createContext({ ...SURROUNDINGS });
    expect(JSON.parse(String(runInContext(`${script()}${TELL}\ntold`, context)))).toEqual(EXPECTED[generation]);
  });

  test("by the same file in a CommonJS loader is the module, and no global", async () => {
    const folderOf = mkdtempSync(join(tmpdir(), "bowline-umd-"));
    writeFileSync(join(folderOf, "socket.io.cjs"), script());
    writeFileSync(
      join(folderOf, "program.cjs"),
      `const io = require("./socket.io.cjs");${TELL}\nconsole.log(JSON.stringify([typeof globalThis.io, JSON.parse(told)]));`,
    );
    const { output } = await runNode(folderOf, ["program.cjs"]);
    rmSync(folderOf, { recursive: true });
    expect(JSON.parse(output)).toEqual(["undefined", EXPECTED[generation]]);
  });

  test("by the same file in an AMD loader is what it defines, and no global", () => {
    let defined: unknown;
    const load = (_needs: unknown, make: () => unknown): void => {
      defined = make();
    };
    const define = Object.assign(load, { amd: {} });
    const context = createContext({ ...SURROUNDINGS, define });
    expect(runInContext(`${script()}\n;typeof globalThis.io`, context)).toBe("undefined");
    Object.assign(context, { defined });
    const told: unknown = runInContext(`(function (io) {${TELL} return told; })(defined)`, context);
    expect(JSON.parse(String(told))).toEqual(EXPECTED[generation]);
  });
});
