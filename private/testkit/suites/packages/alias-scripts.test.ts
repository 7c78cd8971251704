// The files for a script tag that the alias packages hold: each leaves a global `io` of its generation, and its source map.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Context, createContext, runInContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { ROOT } from "./alias-project.ts";

const SCRIPTS: readonly (readonly [folder: string, protocol: number, files: readonly string[]])[] = [
  ["v4/socket.io/client-dist", 5, ["socket.io.js", "socket.io.min.js"]],
  ["v4/socket.io-client/dist", 5, ["socket.io.js", "socket.io.min.js"]],
  [
    "v2/socket.io-client-v2/dist",
    4,
    ["socket.io.dev.js", "socket.io.js", "socket.io.slim.dev.js", "socket.io.slim.js"],
  ],
];

/** The globals that a page has, as far as scripts need them before they connect. */
function createPage(more: Readonly<Record<string, unknown>> = {}): Context {
  return createContext({
    setTimeout,
    clearTimeout,
    TextEncoder,
    TextDecoder,
    URL,
    crypto,
    fetch,
    performance,
    ...more,
  });
}

/** What a page sees of a script: the global `io`, and where its manager's options begin. */
function runScript(text: string): unknown {
  const look = 'JSON.stringify([io.protocol, io("http://localhost:1", { autoConnect: false }).io.opts])';
  return JSON.parse(String(runInContext(`${text}\n;${look}`, createPage())));
}

describe.each(SCRIPTS)("%s", (folder, protocol, files) => {
  const path = join(ROOT, "aliases", folder);

  test.each(files)("%s leaves an io with the settings of its generation", (file) => {
    const settings = protocol === 4 ? { compat: 2, protocol: 3 } : {};
    expect(runScript(readFileSync(join(path, file), "utf8"))).toEqual([protocol, { ...settings, autoConnect: false }]);
  });

  test("names the source map of each script, which names the script", () => {
    const scripts = readdirSync(path).filter((file) => file.endsWith(".js"));
    expect(scripts).toEqual(expect.arrayContaining([...files]));
    for (const file of scripts) {
      const map: unknown = JSON.parse(readFileSync(join(path, `${file}.map`), "utf8"));
      expect(map).toMatchObject({ file });
      expect(readFileSync(join(path, file), "utf8")).toContain(`sourceMappingURL=${file}.map`);
    }
  });
});

test.each(["v4/socket.io/client-dist", "v4/socket.io-client/dist"])(
  "%s has a script whose packets are MessagePack",
  (folder) => {
    const text = readFileSync(join(ROOT, "aliases", folder, "socket.io.msgpack.min.js"), "utf8");
    const encode = 'const { parser, path } = io("http://localhost:1", { autoConnect: false, path: "/a" }).io.opts';
    const frames = 'new parser.Encoder().encode({ type: 2, nsp: "/", data: ["a"] })';
    const seen: unknown = runInContext(
      `${text}\n;${encode}; JSON.stringify([path, ...${frames}.map(([first]) => first)])`,
      createPage(),
    );
    expect(JSON.parse(String(seen))).toEqual(["/a", 0x83]);
  },
);

test.each([
  ["v4/engine.io-client/dist/engine.io.js", 4],
  ["v4/engine.io-client/dist/engine.io.min.js", 4],
  ["v2/engine.io-client-v2/engine.io.js", 3],
])("%s leaves an eio of its generation, which connects when it is called", (file, protocol) => {
  const text = readFileSync(join(ROOT, "aliases", file), "utf8");
  const look =
    'const engine = eio("ws://localhost:1", { transports: [] }); JSON.stringify([engine.readyState, engine.protocol])';
  expect(JSON.parse(String(runInContext(`${text}\n;${look}`, createPage())))).toEqual(["opening", protocol]);
});

test.each([
  ["v4/socket.io-client/dist/socket.io.js", true],
  ["v4/socket.io-client/dist/socket.io.min.js", false],
  ["v2/socket.io-client-v2/dist/socket.io.js", true],
  ["v2/socket.io-client-v2/dist/socket.io.slim.js", false],
])("%s prints what localStorage.debug asks for: %s", (file, prints) => {
  const lines: unknown[][] = [];
  const localStorage = { getItem: (name: string) => (name === "debug" ? "socket.io-client:*" : null) };
  const page = createPage({ localStorage, console: { debug: (...line: unknown[]) => lines.push(line) } });
  const text = readFileSync(join(ROOT, "aliases", file), "utf8");
  runInContext(`${text}\n;io("http://localhost:1", { autoConnect: false }).connect().disconnect()`, page);
  expect(lines.slice(0, 1)).toEqual(prints ? [["socket.io-client:socket", "connecting"]] : []);
});
