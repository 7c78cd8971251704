// Empty projects in which upstream's names stand for packages of this repository: our alias packages, or the official ones.
// Place: below the tests that load programs from files.
// Rules: the packages are linked, so that nothing is packed or installed.

import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Generation, ROOT } from "../packages/alias-project.ts";

/** For each of upstream's names the package below node_modules that stands for it. */
export type Names = Readonly<Record<string, string>>;

/** Our packages for programs of a generation. */
export const OWN: Readonly<Record<Generation, Names>> = {
  v4: {
    "socket.io": "@bowline/socket.io",
    "socket.io-client": "@bowline/socket.io-client",
    "socket.io-msgpack-parser": "socket.io-msgpack-parser-v3",
    "socket.io-json-parser": "socket.io-json-parser-v3",
  },
  v2: {
    "socket.io": "@bowline/socket.io-v2",
    "socket.io-client": "@bowline/socket.io-client-v2",
    "socket.io-msgpack-parser": "socket.io-msgpack-parser-v2",
    "socket.io-json-parser": "socket.io-json-parser-v3",
  },
};

/** The official packages of a generation. */
export const OFFICIAL: Readonly<Record<Generation, Names>> = {
  v4: { ...OWN.v4, "socket.io": "socket.io-v4", "socket.io-client": "socket.io-client-v4" },
  v2: { ...OWN.v2, "socket.io": "socket.io-v2", "socket.io-client": "socket.io-client-v2" },
};

/** Makes a project. @returns its folder, which the caller removes. */
export function makeLinkedProject(names: Names): string {
  const folder = mkdtempSync(join(tmpdir(), "bowline-linked-"));
  mkdirSync(join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }));
  for (const [name, target] of Object.entries(names)) {
    symlinkSync(join(ROOT, "node_modules", target), join(folder, "node_modules", name), "dir");
  }
  return folder;
}
