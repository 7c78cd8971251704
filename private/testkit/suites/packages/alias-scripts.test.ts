// The files for a script tag that the alias packages hold: each leaves a global `io` of its generation, and its source map.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
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

/** What a page sees of a script: the global `io`, and where its manager's options begin. */
function runScript(text: string): unknown {
  const page = createContext({ setTimeout, clearTimeout, TextEncoder, TextDecoder, URL, fetch, performance });
  const look = 'JSON.stringify([io.protocol, io("http://localhost:1", { autoConnect: false }).io.opts])';
  return JSON.parse(String(runInContext(`${text}\n;${look}`, page)));
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
