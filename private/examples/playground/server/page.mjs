// Serves the built page from memory: a closed list of files read once, so no request can name any other path.
// Place in the flow: beside it; Socket.IO answers its own path on the same HTTP server before this is asked.

import { readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

const HEADERS = {
  "content-security-policy":
    "default-src 'self'; img-src 'self' blob:; connect-src 'self' ws: wss:; base-uri 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
};

/** A request listener for the files of `folder`; undefined when the page has not been built. */
export function loadPage(folder) {
  const files = readFolder(folder);
  const index = files.get("/index.html");
  if (index === undefined) return undefined;
  files.set("/", index);

  return (request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0];
    const file = files.get(path);
    if (file === undefined || (request.method !== "GET" && request.method !== "HEAD")) {
      response.writeHead(404, { "content-type": "text/plain" }).end("Not found\n");
      return;
    }
    // The names below /assets/ carry a hash of their content.
    const cache = path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache";
    response.writeHead(200, { ...HEADERS, "content-type": file.type, "cache-control": cache });
    response.end(request.method === "HEAD" ? undefined : file.bytes);
  };
}

function readFolder(folder) {
  const files = new Map();
  let names = [];
  try {
    names = readdirSync(folder, { recursive: true, withFileTypes: true });
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  for (const entry of names) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const type = TYPES[extname(entry.name)] ?? "application/octet-stream";
    files.set(`/${relative(folder, path).split(sep).join("/")}`, { type, bytes: readFileSync(path) });
  }
  return files;
}
