// Serves the built browser client below the server's path, as `/socket.io/socket.io.js`.
// Place: beside the engine, on the same HTTP server, or whatever a runtime has in its place
// Rules: a closed list of names, so that no path from outside ever reaches the file system; files come compressed by
//        Brotli, as most browsers take them, are read once, and compressed once for each other encoding; a tag names the
//        content, so that a browser never mixes two versions.
// Source: docs/protocol/engine-4.md, "Compression"

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
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

/** A file of the client. */
export interface ClientFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
  /** What it is in the encodings that somebody has asked for. */
  readonly encoded: Map<ContentEncoding, Promise<Uint8Array | undefined>>;
}

const cache = new Map<string, ClientFile | undefined>();

function readClientFile(path: string): ClientFile | undefined {
  try {
    const compressed = readFileSync(fileURLToPath(new URL(`${path}.br`, import.meta.url)));
    const body = brotliDecompressSync(compressed);
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;
    const kind = path.endsWith(".map") ? "json" : "javascript";
    return {
      type: `application/${kind}; charset=utf-8`,
      body,
      etag,
      encoded: new Map([["br", Promise.resolve(compressed)]]),
    };
  } catch {
    return undefined;
  }
}

/** The files of a generation by their names; those that were not built are not there. */
function findFile(generation: Generation, name: string): ClientFile | undefined {
  // Each poll comes by here, and has no name.
  if (name === "") return undefined;
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

/** An answer with a file, or that the visitor has it. */
export interface FileAnswer {
  readonly status: 200 | 304;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * Makes the answer to a request for a file.
 * @param condition the request's header `if-none-match`.
 * @param acceptEncoding the header of that name.
 */
export async function answerWithFile(
  file: ClientFile,
  condition: string | undefined,
  acceptEncoding: string | undefined,
): Promise<FileAnswer> {
  const { type, etag, body } = file;
  const headers = { "Content-Type": type, ETag: etag, "Cache-Control": "public, max-age=0", Vary: "Accept-Encoding" };
  if (hasIt(condition, etag)) return { status: 304, headers, body: new Uint8Array() };
  const encoding = chooseEncoding(acceptEncoding, ENCODINGS);
  const encoded = encoding === undefined ? undefined : await encode(file, encoding);
  if (encoding === undefined || encoded === undefined) return { status: 200, headers, body };
  return { status: 200, headers: { ...headers, "Content-Encoding": encoding }, body: encoded };
}

/**
 * Finds the client's files by the targets of requests.
 * @param options the path they are below, and the generation of the program, whose client it is.
 */
export function clientFiles({
  path,
  compat,
}: Pick<EngineOptions, "path" | "compat">): (target: string) => ClientFile | undefined {
  const prefix = `${path.replace(/\/$/, "")}/`;
  const generation = compat === 2 ? "2" : "4";
  return (target) => {
    if (!target.startsWith(prefix)) return undefined;
    const query = target.indexOf("?");
    return findFile(generation, target.slice(prefix.length, query < 0 ? undefined : query));
  };
}

async function sendFile(file: ClientFile, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { "if-none-match": condition, "accept-encoding": accepted } = req.headers;
  const { status, headers, body } = await answerWithFile(file, condition, accepted?.toString());
  // Next to what CORS has put there.
  const vary = res.getHeader("Vary");
  const length = status === 200 ? { "Content-Length": body.byteLength } : {};
  const added = vary === undefined ? headers : { ...headers, Vary: `${String(vary)}, ${headers["Vary"]}` };
  res.writeHead(status, { ...added, ...length }).end(body);
}

/**
 * Makes the listener that serves the client's files.
 * @param options the path they are below, and the generation of the program, whose client it is.
 */
export function serveClient(options: Pick<EngineOptions, "path" | "compat">): SideRequest {
  const find = clientFiles(options);
  return (req: IncomingMessage) => {
    const file = find(req.url ?? "");
    return file === undefined ? undefined : (res: ServerResponse) => void sendFile(file, req, res);
  };
}
