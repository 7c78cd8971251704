// Pages of another origin in a real browser: what the option cors and the profile of 2.x let them do, and what not.
// Rule: the browser judges; the server is asked over polling, since browsers do not apply CORS to WebSockets.
import { readFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Server, type ServerOptions } from "@bowline/server";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchChromium, missingChromium } from "../../src/peers/chromium.ts";

const OURS = fileURLToPath(new URL("../../../../packages/client/dist/bowline.min.js", import.meta.url));
const OFFICIAL_2 = createRequire(import.meta.url).resolve("socket.io-client-v2/dist/socket.io.js");
const SCRIPTS: ReadonlyMap<string, string> = new Map([
  ["/ours.js", OURS],
  ["/official-2.js", OFFICIAL_2],
]);
const reason = missingChromium();

/** Runs in the page: connects to another origin, and tells how that went. */
const VISIT = `(url, options) => new Promise((resolve) => {
  const socket = window.io(url, { transports: ["polling"], reconnection: false, ...options });
  socket.on("connect_error", () => resolve("refused"));
  socket.on("connect", () => {
    socket.emit("who", (cookie) => {
      resolve(cookie);
      socket.disconnect();
    });
  });
})`;

const title = `a page of another origin in Chromium${reason === undefined ? "" : ` (skipped: ${reason})`}`;
describe.skipIf(reason !== undefined)(title, () => {
  let browser: Browser;
  let page: Page;
  let pages: HttpServer;
  let origin: string;
  let io: Server;
  let http: HttpServer;

  beforeAll(async () => {
    browser = await launchChromium();
    pages = createServer((request, response) => {
      const file = SCRIPTS.get(request.url ?? "");
      if (file !== undefined) response.end(readFileSync(file));
      else
        response.setHeader("Content-Type", "text/html").end(`<!doctype html><script src="${request.url}.js"></script>`);
    });
    origin = `http://127.0.0.1:${await listen(pages)}`;
  });
  afterAll(async () => {
    await browser?.close();
    pages.closeAllConnections();
    pages.close();
  });

  beforeEach(async () => {
    page = await browser.newPage();
  });
  afterEach(async () => {
    await page.close();
    http.closeAllConnections();
    await io.close();
  });

  /** Has a page visit a server with these options; gives the cookie that the server saw on the last request, or "refused". */
  async function visit(client: "/ours" | "/official-2", options: Partial<ServerOptions>, clientOptions = {}) {
    http = createServer();
    io = new Server(http, options);
    let cookie = "";
    http.on("request", (request) => {
      cookie = request.headers.cookie ?? "none";
    });
    io.on("connection", (socket) => {
      socket.on("who", (reply: (cookie: string) => void) => reply(cookie.replace(/=.*/, "")));
    });
    // The same host as the page's, so that cookies are of the same site, and another origin by the port.
    const url = `http://127.0.0.1:${await listen(http)}`;
    await page.goto(`${origin}${client}`);
    return page.evaluate<string>(`(${VISIT})(${JSON.stringify(url)}, ${JSON.stringify(clientOptions)})`);
  }

  test("may not connect by default", async () => {
    expect(await visit("/ours", {})).toBe("refused");
  });

  test("may connect where the server welcomes every origin, without cookies", async () => {
    expect(await visit("/ours", { cors: { origin: "*" }, cookie: true })).toBe("none");
  });

  test("brings its cookies where the server takes them from this origin", async () => {
    const options = { cors: { origin, credentials: true }, cookie: true };
    expect(await visit("/ours", options, { withCredentials: true })).toBe("io");
  });

  test("may not bring cookies where the server does not take any", async () => {
    expect(await visit("/ours", { cors: { origin } }, { withCredentials: true })).toBe("refused");
  });

  test("may send headers that a preflight asked for", async () => {
    expect(await visit("/ours", { cors: { origin } }, { extraHeaders: { "x-token": "1" } })).toBe("none");
  });

  test("of 2.x connects with cookies to the profile of 2.x, which asks nobody", async () => {
    expect(await visit("/official-2", { compat: 2 })).toBe("io");
  });

  test("of 2.x may not connect to the defaults of 4.x", async () => {
    expect(await visit("/official-2", {})).toBe("refused");
  });
});

async function listen(server: HttpServer): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the server");
  return address.port;
}
