// Serves the built browser client below the server's path, as `/socket.io/socket.io.js`.
// Place: beside the engine, on the same HTTP server
// Rules: a closed list of names, so that no path from outside ever reaches the file system; files are read once.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import type { SideRequest } from "./attach-engine.ts";

const FILES: ReadonlyMap<string, string> = new Map(
  ["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"].flatMap((name) => [
    [name, "application/javascript; charset=utf-8"],
    [`${name}.map`, "application/json; charset=utf-8"],
  ]),
);

interface ClientFile {
  readonly body: Buffer;
  readonly etag: string;
}

const cache = new Map<string, ClientFile | undefined>();

function readClientFile(name: string): ClientFile | undefined {
  if (!cache.has(name)) {
    try {
      const body = readFileSync(fileURLToPath(new URL(`./client/${name}`, import.meta.url)));
      cache.set(name, { body, etag: `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"` });
    } catch {
      cache.set(name, undefined);
    }
  }
  return cache.get(name);
}

/** Whether the visitor has the file already; a proxy that changed its encoding has made the tag a weak one. */
function hasIt(condition: string | undefined, etag: string): boolean {
  return condition?.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag) ?? false;
}

/**
 * Makes the listener that serves the client's files.
 * @param path the server's path, without a slash at its end.
 */
export function serveClient(path: string): SideRequest {
  const prefix = `${path.replace(/\/$/, "")}/`;
  return (req: IncomingMessage) => {
    const [target = ""] = (req.url ?? "").split("?", 1);
    const name = target.startsWith(prefix) ? target.slice(prefix.length) : "";
    const type = FILES.get(name);
    const file = type === undefined ? undefined : readClientFile(name);
    if (type === undefined || file === undefined) return undefined;
    return (res: ServerResponse) => {
      const headers = { "Content-Type": type, ETag: file.etag, "Cache-Control": "public, max-age=0" };
      if (hasIt(req.headers["if-none-match"], file.etag)) res.writeHead(304, headers).end();
      else res.writeHead(200, { ...headers, "Content-Length": file.body.byteLength }).end(file.body);
    };
  };
}
