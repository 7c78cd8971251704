// Cases about the client's files that a server serves.
// Place: **cases** -> stage -> server package; requests written by hand

import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { ServerCase } from "./stage.ts";
import { type Answer, ask } from "./wire.ts";

const BOTH = [2, 4] as const;

function kind({ status, headers, bytes }: Answer): string {
  const tag = /^"[^"]+"$/.test(String(headers["etag"]));
  return `${status} ${String(headers["content-type"])} tag ${tag} cache ${String(headers["cache-control"])} ${bytes.length > 0 ? "body" : "empty"}`;
}

/** Cases about files. */
export const FILES: readonly ServerCase[] = [
  {
    name: "serves the client and its map, with a tag that spares the second download",
    generations: BOTH,
    async run({ serve, note }) {
      const { port } = await serve();
      const first = await ask(port, "/socket.io/socket.io.js");
      note(`js: ${kind(first)}`);
      note(`map: ${kind(await ask(port, "/socket.io/socket.io.js.map"))}`);
      note(`with a query: ${(await ask(port, "/socket.io/socket.io.js?v=1")).status}`);
      const tag = String(first.headers["etag"]);
      const again = await ask(port, "/socket.io/socket.io.js", { headers: { "if-none-match": tag } });
      note(`again: ${again.status} ${again.bytes.length}`);
      note(
        `weak: ${(await ask(port, "/socket.io/socket.io.js", { headers: { "if-none-match": `W/${tag}` } })).status}`,
      );
      note(
        `another: ${(await ask(port, "/socket.io/socket.io.js", { headers: { "if-none-match": '"0.0.0"' } })).status}`,
      );
    },
  },
  {
    name: "serves the other builds of the client",
    generations: [4],
    async run({ serve, note }) {
      const { port } = await serve();
      for (const build of ["socket.io.min.js", "socket.io.msgpack.min.js", "socket.io.esm.min.js"]) {
        note(`${build}: ${kind(await ask(port, `/socket.io/${build}`))}`);
        note(`${build}.map: ${kind(await ask(port, `/socket.io/${build}.map`))}`);
      }
    },
  },
  {
    name: "compresses them as the browser can read it",
    generations: [4],
    async run({ serve, note }) {
      const { port } = await serve();
      const plain = await ask(port, "/socket.io/socket.io.js");
      const hash = (bytes: Buffer): string => createHash("sha1").update(bytes).digest("hex");
      for (const encoding of ["br", "gzip", "deflate", "identity", "br;q=0, gzip", "gzip, br"]) {
        const answer = await ask(port, "/socket.io/socket.io.js", { headers: { "accept-encoding": encoding } });
        const { headers, bytes, status } = answer;
        note(
          `${encoding}: ${status} ${String(headers["content-encoding"])} smaller ${bytes.length < plain.bytes.length}`,
        );
        if (headers["content-encoding"] === "gzip") note(`the same: ${hash(gunzipSync(bytes)) === hash(plain.bytes)}`);
      }
    },
  },
  {
    name: "passes on names that it does not know",
    generations: [4],
    async run({ listen, make, note }) {
      const { server, port } = await listen();
      server.on("request", (_request, response) => response.writeHead(404).end("theirs"));
      make(server, {});
      for (const file of [
        "socket.io.js.bak",
        "socket.io.slim.js",
        "xsocket.io.js",
        "..%2fpackage.json",
        "dir/socket.io.js",
      ]) {
        const { status, body } = await ask(port, `/socket.io/${file}`);
        note(`${file}: ${status} ${body}`);
      }
    },
  },
  {
    name: "writes CORS headers to them, too",
    generations: [4],
    async run({ serve, note }) {
      const { port } = await serve({ cors: { origin: "http://a.example" } });
      const { headers } = await ask(port, "/socket.io/socket.io.js", { headers: { origin: "http://a.example" } });
      note(String(headers["access-control-allow-origin"]));
    },
  },
  {
    name: "serves none where that is not wanted, and below its own path otherwise",
    generations: BOTH,
    async run({ listen, make, note }) {
      for (const options of [{ serveClient: false }, { path: "/mine" }]) {
        const { server, port } = await listen();
        server.on("request", (_request, response) => response.writeHead(404).end("theirs"));
        make(server, { ...options });
        for (const path of ["/socket.io/socket.io.js", "/mine/socket.io.js"]) {
          const { status, body } = await ask(port, path);
          note(`${path}: ${status} ${status === 404 ? body : ""}`);
        }
      }
    },
  },
];
