// What a server of Node owes to programs beside its engine: HTTP/2, and the client's files.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, get as httpGet } from "node:http";
import { type ClientHttp2Session, connect, createSecureServer } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { Server } from "@bowline/server";
import { afterEach, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { within } from "../../src/peers/wait-for.ts";

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function portOf(server: { address(): unknown }): number {
  const address = server.address();
  const port: unknown = typeof address === "object" && address !== null && "port" in address ? address.port : undefined;
  if (typeof port !== "number") throw new Error("Cannot tell the port of the server");
  return port;
}

/** A certificate for nobody in particular. */
function makeCertificate(): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "bowline-http2-"));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const [key, cert] = [join(folder, "key"), join(folder, "cert")];
  const kind = [
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=localhost",
  ];
  execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

function ask(session: ClientHttp2Session, path: string, body?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ":path": path, ":method": body === undefined ? "GET" : "POST" });
    let status = 0;
    let text = "";
    stream.on("response", (headers) => {
      status = Number(headers[":status"]);
    });
    stream.setEncoding("utf8");
    stream.on("data", (chunk) => {
      text += String(chunk);
    });
    stream.on("end", () => resolve(`${status} ${text}`));
    stream.on("error", reject);
    stream.end(body);
  });
}

describe("a server of HTTP/2", () => {
  test("serves polls over HTTP/2 and WebSockets over HTTP/1.1 on one port", async () => {
    const httpServer = createSecureServer({ allowHTTP1: true, ...makeCertificate() });
    httpServer.on("request", (_request, response) => response.end("the program"));
    const io = new Server(httpServer, { cookie: true });
    cleanups.push(() => io.close());
    const seen: unknown[] = [];
    io.on("connection", (socket) => {
      seen.push([socket.conn.transport.name, socket.handshake.secure]);
      socket.on("add", (number: number, answer: (sum: number) => void) => answer(number + 1));
    });
    await new Promise<void>((resolve) => {
      httpServer.listen(0, "localhost", resolve);
    });
    const origin = `https://localhost:${portOf(httpServer)}`;
    const session = connect(origin, { rejectUnauthorized: false });
    cleanups.push(() => session.close());
    const opened = await ask(session, "/socket.io/?EIO=4&transport=polling");
    const target = `/socket.io/?EIO=4&transport=polling&sid=${/"sid":"([^"]+)"/.exec(opened)?.[1]}`;
    expect(await ask(session, target, "40")).toBe("200 ok");
    expect(await ask(session, target)).toMatch(/^200 40\{"sid":/);
    expect(await ask(session, target, '420["add",1]')).toBe("200 ok");
    expect([await ask(session, target), await ask(session, "/elsewhere")]).toEqual(["200 430[2]", "200 the program"]);
    const webSocket = new WebSocket(`${origin}/socket.io/?EIO=4&transport=websocket`, { rejectUnauthorized: false });
    cleanups.push(() => webSocket.close());
    webSocket.on("open", () => webSocket.send("40"));
    const joined = new Promise<string>((resolve) => {
      webSocket.on("message", (data) => {
        if (data.toString().startsWith("40")) resolve(data.toString());
      });
    });
    expect(await within(joined, 10_000, "the answer of the namespace")).toMatch(/^40\{"sid":/);
    expect(seen).toEqual([
      ["polling", true],
      ["websocket", true],
    ]);
  });
});

async function serveFiles(options: ConstructorParameters<typeof Server>[1] = {}): Promise<string> {
  const httpServer = createServer((_request, response) => response.writeHead(404).end("the program's"));
  const io = new Server(httpServer, options);
  cleanups.push(() => io.close());
  await new Promise<void>((resolve) => {
    httpServer.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${portOf(httpServer)}`;
}

/** A file as it comes over the wire: fetch would decompress it. */
function download(
  url: string,
  headers: Record<string, string>,
): Promise<{ headers: Headers; body: Buffer; status: number }> {
  return new Promise((resolve, reject) => {
    // The path as it is: a URL would be put in order first.
    const { hostname, port, origin } = new URL(url);
    const path = url.slice(origin.length);
    const asked = httpGet({ hostname, port, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const given = new Headers();
        for (const [name, value] of Object.entries(response.headers)) given.set(name, String(value));
        resolve({ headers: given, body: Buffer.concat(chunks), status: response.statusCode ?? 0 });
      });
    });
    asked.on("error", reject);
  });
}

describe("the client's files", () => {
  test.each([
    ["br", "br", brotliDecompressSync],
    ["gzip, deflate, br", "gzip", gunzipSync],
    ["deflate, gzip;q=0.1", "deflate", inflateSync],
  ])("come as %s allows, which is %s", async (accepted, expected, decompress) => {
    const url = `${await serveFiles({ cors: { origin: "http://a.example" } })}/socket.io/socket.io.min.js`;
    const plain = await download(url, {});
    const compressed = await download(url, { "accept-encoding": accepted });
    expect([plain.headers.get("content-encoding"), compressed.headers.get("content-encoding")]).toEqual([
      null,
      expected,
    ]);
    expect(decompress(compressed.body).equals(plain.body)).toBe(true);
    expect(compressed.headers.get("vary")).toBe("Origin, Accept-Encoding");
    expect([plain, compressed].map(({ headers }) => headers.get("access-control-allow-origin"))).toEqual(
      Array(2).fill("http://a.example"),
    );
  });

  test("are not sent to who has them", async () => {
    const url = `${await serveFiles()}/socket.io/socket.io.js`;
    const { headers } = await download(url, {});
    const etag = headers.get("etag") ?? "";
    const answers = [etag, `W/${etag}`, '"other"'].map((tag) => download(url, { "if-none-match": tag }));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([304, 304, 200]);
  });

  test("of 2.x are served to programs of 2.x, and no others", async () => {
    const [host4, host2] = [await serveFiles(), await serveFiles({ compat: 2 })];
    const [script4, script2] = [`${host4}/socket.io/socket.io.js`, `${host2}/socket.io/socket.io.js`];
    const [four, two] = [await download(script4, {}), await download(script2, {})];
    expect(two.body.equals(four.body)).toBe(false);
    expect(two.body.toString()).toMatch(/sourceMappingURL=socket\.io\.js\.map\s*$/);
    expect((await download(`${script2}.map`, {})).headers.get("content-type")).toMatch(/^application\/json/);
    expect((await download(`${host2}/socket.io/socket.io.min.js`, {})).status).toBe(400);
  });

  test.each([
    "../socket.io.js",
    "%2e%2e/socket.io.js",
    "socket.io.js%00",
    "socket.io.js/",
    "client/socket.io.js",
    "socket.io.exe",
  ])("are a closed list, and %s is none of them", async (name) => {
    const { status, body } = await download(`${await serveFiles()}/socket.io/${name}`, {});
    expect([status, body.toString()]).toEqual([400, '{"code":0,"message":"Transport unknown"}']);
  });
});

test("what a poll gets is compressed as the options of zlib say", async () => {
  const lengths = [0, 9].map(async (level) => {
    const initialPacket = "x".repeat(10_000);
    const url = await serveFiles({ initialPacket, httpCompression: { threshold: 10, level } });
    const answer = await download(`${url}/socket.io/?EIO=4&transport=polling`, { "accept-encoding": "gzip" });
    expect(gunzipSync(answer.body).toString()).toContain(initialPacket);
    return answer.body.byteLength > initialPacket.length;
  });
  expect(await Promise.all(lengths)).toEqual([true, false]);
});
