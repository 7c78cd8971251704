// The transport classes in a real browser: a page bundles what it imports, and names the classes.
// Place in the flow: all of it, with a browser's own ways to send below.
// Rules: each bundle is made as a user's bundler would make it; what a page did not import is not in its bundle.
import { createServer, type Server as HttpServer } from "node:http";
import { fileURLToPath } from "node:url";
import { Server } from "@bowline/server";
import { build } from "esbuild";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchChromium, missingChromium } from "../../src/peers/chromium.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const reason = missingChromium();

/** Words of each transport's code, by which a bundle is known to hold it. */
const MARKS: Readonly<Record<string, string>> = {
  fetch: "AbortController",
  xhr: "onloadend",
  websocket: "websocket error",
  webtransport: "createBidirectionalStream",
  jsonp: "___eio",
  upgrade: "probe error",
};

/** What a page imports, which transports it names, what it connects over, and what its bundle may hold. */
const PAGES: readonly (readonly [title: string, source: string, over: string, holds: readonly string[]])[] = [
  [
    "io with all that is usual",
    `export { io } from "@bowline/client"; export const options = {};`,
    "websocket",
    ["fetch", "websocket", "webtransport", "upgrade"],
  ],
  [
    "io over WebSocket alone",
    `export { io } from "@bowline/client/websocket"; export const options = {};`,
    "websocket",
    ["websocket"],
  ],
  [
    "io with the class XHR",
    `import { io, XHR } from "@bowline/client"; export { io }; export const options = { transports: [XHR] };`,
    "polling",
    ["fetch", "xhr", "websocket", "webtransport", "upgrade"],
  ],
  [
    "io with the classes Fetch and WebSocket",
    `import { Fetch, io, WebSocket } from "@bowline/client"; export { io };
     export const options = { transports: [Fetch, WebSocket] };`,
    "websocket",
    ["fetch", "websocket", "webtransport", "upgrade"],
  ],
  [
    "io of 2.x with the settings of its time",
    `export { io } from "@bowline/client/compat-2"; export const options = { upgrade: false };`,
    "polling",
    ["xhr", "websocket", "jsonp", "upgrade"],
  ],
];

/** What an engine alone imports, and what its bundle may hold. */
const ENGINES: readonly (readonly [title: string, source: string, holds: readonly string[]])[] = [
  [
    "with every transport",
    `export { Socket } from "@bowline/client/engine"; export const options = {};`,
    ["fetch", "websocket", "webtransport", "upgrade"],
  ],
  [
    "with WebSockets alone",
    `import { SocketWithoutUpgrade, WebSocket } from "@bowline/client/engine";
     export { SocketWithoutUpgrade as Socket }; export const options = { transports: [WebSocket] };`,
    ["websocket"],
  ],
  [
    "with an upgrade from XHR",
    `import { SocketWithUpgrade, WebSocket, XHR } from "@bowline/client/engine";
     export { SocketWithUpgrade as Socket }; export const options = { transports: [XHR, WebSocket] };`,
    ["xhr", "websocket", "upgrade"],
  ],
];

async function bundle(source: string): Promise<string> {
  const result = await build({
    stdin: { contents: source, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "app",
    platform: "browser",
    target: "es2022",
    write: false,
  });
  return result.outputFiles[0]?.text ?? "";
}

function contentsOf(script: string): string[] {
  return Object.keys(MARKS).filter((name) => script.includes(MARKS[name] ?? ""));
}

const title = `the transport classes${reason === undefined ? "" : ` (skipped: ${reason})`}`;
describe.skipIf(reason !== undefined)(title, () => {
  let browser: Browser;
  let http: HttpServer;
  let io: Server;
  let url: string;
  /** Scripts that the server has beside its page, by path. */
  const files = new Map<string, string>();

  beforeAll(async () => {
    browser = await launchChromium();
    http = createServer(({ url: path = "" }, response) => {
      const script = files.get(path);
      response.setHeader("Content-Type", script === undefined ? "text/html" : "text/javascript");
      response.end(script ?? "<!doctype html>");
    });
    io = new Server(http);
    io.on("connection", (socket) => {
      socket.on("echo", (data: unknown, reply: (data: unknown, name: string) => void) =>
        reply(data, socket.conn.transport.name),
      );
    });
    await new Promise<void>((resolve) => {
      http.listen(0, "127.0.0.1", resolve);
    });
    const address = http.address();
    if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the page's server");
    url = `http://127.0.0.1:${address.port}`;
  });

  afterAll(async () => {
    await browser.close();
    await io.close();
  });

  async function withPage<Result>(script: string, visit: (page: Page) => Promise<Result>): Promise<Result> {
    const page = await browser.newPage();
    try {
      await page.goto(url);
      await page.addScriptTag({ content: script });
      return await visit(page);
    } finally {
      await page.close();
    }
  }

  test.each(PAGES)("%s", async (_title, source, over, holds) => {
    const script = await bundle(source);
    const seen = await withPage(script, (page) =>
      page.evaluate(`new Promise((resolve, reject) => {
        const { io, options } = app;
        const socket = io({ reconnection: false, ...options });
        socket.on("connect_error", reject);
        const ask = () => socket.emit("echo", Uint8Array.of(1, 2).buffer, (data, name) => {
          if (name !== ${JSON.stringify(over)}) return setTimeout(ask, 20);
          resolve({ bytes: [...new Uint8Array(data)], mine: socket.io.engine.transport.name });
          socket.disconnect();
        });
        socket.on("connect", ask);
      })`),
    );
    expect(seen).toEqual({ bytes: [1, 2], mine: over });
    expect(contentsOf(script)).toEqual(holds);
  });

  test.each(ENGINES)("the engine alone %s", async (_title, source, holds) => {
    const script = await bundle(source);
    const seen = await withPage(script, (page) =>
      page.evaluate(`new Promise((resolve, reject) => {
        const { Socket, options } = app;
        const socket = new Socket({ path: "/socket.io", ...options });
        const told = [];
        for (const event of ["open", "message", "upgrade", "close"]) socket.on(event, () => told.push(event));
        socket.on("error", reject);
        socket.on("open", () => socket.send("0"));
        socket.on("message", (data) => {
          if (!data.startsWith("0")) return;
          const leave = () => socket.close();
          if (socket.upgrades.length > 0 && socket.transport.name === "polling") socket.on("upgrade", leave);
          else leave();
        });
        socket.on("close", (reason) => resolve({ reason, told }));
      })`),
    );
    const moves = holds.includes("upgrade") ? ["upgrade"] : [];
    expect(seen).toEqual({ reason: "forced close", told: ["open", "message", ...moves, "close"] });
    expect(contentsOf(script)).toEqual(holds);
  });

  test("a page loads what opens WebTransport when one is to be opened, and not before", async () => {
    const { outputFiles } = await build({
      stdin: { contents: 'export { io } from "@bowline/client";', resolveDir: ROOT },
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "browser",
      target: "es2022",
      outdir: "/",
      entryNames: "main",
      write: false,
    });
    for (const { path, text } of outputFiles) files.set(path, text);
    const seen = await withPage("void 0", (page) =>
      page.evaluate(`(async () => {
        const { io } = await import("/main.js");
        const scripts = () => performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js")).length;
        const before = scripts();
        globalThis.WebTransport = class {
          ready = Promise.reject(new Error("no QUIC here"));
          closed = this.ready;
          close() {}
        };
        const socket = io({ reconnection: false, transports: ["webtransport"] });
        const said = await new Promise((resolve) => socket.on("connect_error", ({ message, cause }) => resolve([message, cause.message])));
        return { before, after: scripts(), said };
      })()`),
    );
    expect(seen).toEqual({ before: 1, after: 2, said: ["webtransport error", "no QUIC here"] });
  });
});
