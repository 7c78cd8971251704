// Serves the built browser client below the server's path, as `/socket.io/socket.io.js`.
// Place: beside the engine, on the same HTTP server
// Rules: a closed list of names, so that no path from outside ever reaches the file system; files are read once, and
//        compressed once for each encoding; a tag names the content, so that a browser never mixes two versions.
// Source: docs/protocol/engine-4.md, "Compression"

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import type { EngineOptions } from "../../engine/options.ts";
import type { SideRequest } from "./attach-engine.ts";
import { type ContentEncoding, chooseEncoding, compressBody } from "./compress-body.ts";

type Generation = "4" | "2";

const SCRIPTS: Readonly<Record<Generation, readonly string[]>> = {
  4: ["socket.io.js", "socket.io.min.js", "socket.io.esm.min.js", "socket.io.msgpack.min.js"],
  2: ["socket.io.js"],
};

const FOLDERS: Readonly<Record<Generation, string>> = { 4: "./client/", 2: "./client/compat-2/" };

const ENCODINGS: readonly ContentEncoding[] = ["gzip", "br", "deflate"];

interface ClientFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
  /** What it is in the encodings that somebody has asked for. */
  readonly encoded: Map<ContentEncoding, Promise<Uint8Array | undefined>>;
}

const cache = new Map<string, ClientFile | undefined>();

function readClientFile(path: string): ClientFile | undefined {
  try {
    const body = readFileSync(fileURLToPath(new URL(path, import.meta.url)));
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
    const kind = path.endsWith(".map") ? "json" : "javascript";
    return { type: `application/${kind}; charset=utf-8`, body, etag, encoded: new Map() };
  } catch {
    return undefined;
  }
}

/** The files of a generation by their names; those that were not built are not there. */
function findFile(generation: Generation, name: string): ClientFile | undefined {
  const names = SCRIPTS[generation].flatMap((script) => [script, `${script}.map`]);
  if (!names.includes(name)) return undefined;
  const path = `${FOLDERS[generation]}${name}`;
  if (!cache.has(path)) cache.set(path, readClientFile(path));
  return cache.get(path);
}

/** Whether the visitor has the file already; a proxy that changed its encoding has made the tag a weak one. */
function hasIt(condition: string | undefined, etag: string): boolean {
  return condition?.split(",").some((tag) => tag.trim() === "*" || tag.trim().replace(/^W\//, "") === etag) ?? false;
}

function encode(file: ClientFile, encoding: ContentEncoding): Promise<Uint8Array | undefined> {
  const known = file.encoded.get(encoding);
  if (known !== undefined) return known;
  const made = new Promise<Uint8Array | undefined>((resolve) => {
    compressBody(encoding, file.body, {}, resolve);
  });
  file.encoded.set(encoding, made);
  return made;
}

async function sendFile(file: ClientFile, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { type, etag, body } = file;
  // Next to what CORS has put there.
  const vary = res.getHeader("Vary");
  res.setHeader("Vary", vary === undefined ? "Accept-Encoding" : `${String(vary)}, Accept-Encoding`);
  const headers = { "Content-Type": type, ETag: etag, "Cache-Control": "public, max-age=0" };
  if (hasIt(req.headers["if-none-match"], etag)) {
    res.writeHead(304, headers).end();
    return;
  }
  const encoding = chooseEncoding(req.headers["accept-encoding"]?.toString(), ENCODINGS);
  const encoded = encoding === undefined ? undefined : await encode(file, encoding);
  if (encoding === undefined || encoded === undefined) {
    res.writeHead(200, { ...headers, "Content-Length": body.byteLength }).end(body);
  } else {
    const length = { "Content-Encoding": encoding, "Content-Length": encoded.byteLength };
    res.writeHead(200, { ...headers, ...length }).end(encoded);
  }
}

/**
 * Makes the listener that serves the client's files.
 * @param options the path they are below, and the generation of the program, whose client it is.
 */
export function serveClient({ path, compat }: Pick<EngineOptions, "path" | "compat">): SideRequest {
  const prefix = `${path.replace(/\/$/, "")}/`;
  const generation = compat === 2 ? "2" : "4";
  return (req: IncomingMessage) => {
    const [target = ""] = (req.url ?? "").split("?", 1);
    const file = target.startsWith(prefix) ? findFile(generation, target.slice(prefix.length)) : undefined;
    return file === undefined ? undefined : (res: ServerResponse) => void sendFile(file, req, res);
  };
}
