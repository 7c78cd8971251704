// The built client in a real browser, loaded by a script tag, against our server and the official ones.
// Place in the flow: all of it, with a browser's own HTTP and WebSocket below.
// Rule: the page asks for nothing that a program could not; what it observed is what is compared.
import { readFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import { fileURLToPath } from "node:url";
import { Server } from "@bowline/server";
import type { Browser, Page } from "playwright-core";
import { Server as OfficialServer } from "socket.io-v4";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchChromium, missingChromium } from "../../src/peers/chromium.ts";
import { requireOfficial } from "../../src/peers/load-package.ts";

const DIST = new URL("../../../../packages/client/dist/", import.meta.url);
const reason = missingChromium();

/** What all three kinds of server have in common, as far as this suite goes. */
interface AnyServer {
  on(event: "connection", listener: (socket: AnySocket) => void): unknown;
  close(done?: () => void): unknown;
}
interface AnySocket {
  on(event: string, listener: (...args: never[]) => void): unknown;
  emit(event: string, ...args: unknown[]): unknown;
}
type Reply = (...args: unknown[]) => void;

/** A factory of the 2.x package, which has no types. */
function isFactory(value: unknown): value is (server: HttpServer) => AnyServer {
  return typeof value === "function";
}

function createOfficial2(server: HttpServer): AnyServer {
  const factory = requireOfficial("socket.io-v2");
  if (!isFactory(factory)) throw new TypeError('Cannot start "socket.io-v2": it exports no function');
  return factory(server);
}

const SERVERS: readonly (readonly [name: string, protocol: number, create: (server: HttpServer) => AnyServer])[] = [
  ["our server", 4, (server) => new Server(server)],
  ["official 4.8", 4, (server) => new OfficialServer(server)],
  ["official 2.5", 3, createOfficial2],
];

const PAGES: Readonly<Record<string, string>> = {
  "/global": '<!doctype html><script src="/bowline.min.js"></script>',
  "/served": '<!doctype html><script src="/socket.io/socket.io.js"></script>',
  "/module":
    '<!doctype html><script type="module">import { io } from "/socket.io/socket.io.esm.min.js"; window.io = io;</script>',
};

/** Answers with the pages, and with the client's file where the server itself does not serve it. */
function createPages(): HttpServer {
  return createServer((request, response) => {
    const page = PAGES[request.url ?? ""];
    if (page !== undefined) response.writeHead(200, { "Content-Type": "text/html" }).end(page);
    else if (request.url === "/bowline.min.js") {
      const file = readFileSync(fileURLToPath(new URL("bowline.min.js", DIST)));
      response.writeHead(200, { "Content-Type": "text/javascript" }).end(file);
    } else response.writeHead(404).end();
  });
}

/** What the page tells of its visit. */
interface Visit {
  readonly first: string;
  readonly last: string;
  readonly protocol: number;
  readonly text: string;
  readonly echoed: readonly number[];
  readonly kind: string;
  readonly pushed: readonly number[];
}

/** Runs in the page: connects, waits for the upgrade, exchanges text and bytes both ways, leaves. */
const VISIT = `new Promise((resolve, reject) => {
  const socket = window.io({ reconnection: false });
  setTimeout(() => reject(new Error("nothing came within 10 s")), 10000);
  socket.on("connect_error", (error) => reject(new Error(error.message + ": " + error.code)));
  const pushed = new Promise((done) => socket.on("pushed", (bytes) => done([...new Uint8Array(bytes)])));
  socket.on("connect", async () => {
    const { engine } = socket.io;
    const first = engine.transport.name;
    if (first === "polling") await new Promise((done) => engine.once("upgrade", done));
    socket.emit("echo", "naïve 😀", new Uint8Array([0, 255, 7]), async (text, bytes) => {
      resolve({
        first, last: engine.transport.name, protocol: engine.protocol, text,
        echoed: [...new Uint8Array(bytes)], kind: Object.prototype.toString.call(bytes), pushed: await pushed,
      });
      socket.disconnect();
    });
  });
})`;

const EXPECTED: Omit<Visit, "protocol"> = {
  first: "polling",
  last: "websocket",
  text: "naïve 😀",
  echoed: [0, 255, 7],
  kind: "[object ArrayBuffer]",
  pushed: [1, 2, 3],
};

const title = `the built client in Chromium${reason === undefined ? "" : ` (skipped: ${reason})`}`;
describe.skipIf(reason !== undefined)(title, () => {
  let browser: Browser;
  let page: Page;
  let pageErrors: string[];
  let http: HttpServer;
  let io: AnyServer;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    page = await browser.newPage();
    pageErrors = [];
    page.on("pageerror", (error) => pageErrors.push(error.message));
  });
  afterEach(async () => {
    await page.close();
    http.closeAllConnections();
    await new Promise<void>((resolve) => {
      io.close(() => resolve());
    });
  });

  async function serve(create: (server: HttpServer) => AnyServer): Promise<string> {
    http = createPages();
    io = create(http);
    io.on("connection", (socket) => {
      socket.on("echo", (text: string, bytes: Uint8Array, reply: Reply) => reply(text, bytes));
      socket.emit("pushed", Buffer.from([1, 2, 3]));
    });
    await new Promise<void>((resolve) => {
      http.listen(0, "127.0.0.1", resolve);
    });
    const address = http.address();
    if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the page's server");
    return `http://127.0.0.1:${address.port}`;
  }

  test.each(SERVERS)("connects to %s, upgrades, exchanges text and binary", async (_name, protocol, create) => {
    const url = await serve(create);
    await page.goto(`${url}/global`);
    expect(await page.evaluate<Visit>(VISIT)).toEqual({ ...EXPECTED, protocol });
    expect(pageErrors).toEqual([]);
  });

  test.each(["/served", "/module"])("is served by our server, as %s loads it", async (path) => {
    const url = await serve((server) => new Server(server));
    await page.goto(`${url}${path}`);
    await page.waitForFunction("window.io !== undefined");
    expect(await page.evaluate<Visit>(VISIT)).toEqual({ ...EXPECTED, protocol: 4 });
    expect(pageErrors).toEqual([]);
  });

  test("is served with an ETag that spares the second download, and nothing beside its files is", async () => {
    const url = await serve((server) => new Server(server));
    const first = await fetch(`${url}/socket.io/socket.io.min.js`);
    const again = await fetch(`${url}/socket.io/socket.io.min.js`, {
      headers: { "If-None-Match": first.headers.get("etag") ?? "" },
    });
    const other = await fetch(`${url}/socket.io/..%2findex.mjs`);
    expect([first.status, again.status, other.status]).toEqual([200, 304, 400]);
  });
});
