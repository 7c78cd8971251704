// What the founding document says of browsers, in a real one: the script tag, the page's address, headers, files.
// Place in the flow: all of it, with a browser's own HTTP and WebSocket below.

import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { launchChromium, missingChromium } from "../../src/peers/chromium.ts";
import { ROOT } from "../packages/alias-project.ts";
import { OUR_SERVERS, type ServerName, serverOf } from "./cast.ts";
import { once, type SeenRequest, serverSocket, watchRequests } from "./stage.ts";
import type { SeedServer } from "./surface.ts";

const PAGE = readFileSync(join(ROOT, "private/examples/seed/import/page.html"), "utf8");
const BARE = '<!doctype html><script src="/socket.io/socket.io.js"></script>';
const reason = missingChromium();

const title = `in Chromium${reason === undefined ? "" : ` (skipped: ${reason})`}`;
describe.skipIf(reason !== undefined)(title, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  async function serve(name: ServerName, options: object = {}): Promise<Stage> {
    const http: Server = createServer((request, response) => {
      const page = request.url?.startsWith("/example") === true ? PAGE : BARE;
      response.writeHead(200, { "Content-Type": "text/html" }).end(page);
    });
    const io = serverOf(name)(http, options);
    await new Promise<void>((resolve) => {
      http.listen(0, "127.0.0.1", resolve);
    });
    onTestFinished(async () => {
      http.closeAllConnections();
      await io.close();
    });
    const address = http.address();
    return {
      io,
      url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`,
      requests: watchRequests(http),
    };
  }

  async function open(url: string): Promise<Page> {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(url);
    return page;
  }

  describe.each(OUR_SERVERS)("%s", (name) => {
    test("the page of the example connects to its own origin, to the main namespace, without its path and query", async () => {
      const { io, url, requests } = await serve(name);
      const there = serverSocket(io);
      const page = await open(`${url}/example/page?x=1`);
      await page.waitForFunction('document.title === "connected"');
      expect((await there).nsp.name).toBe("/");
      const ours = requests.filter(({ path }) => path === "/socket.io/");
      expect(ours.length).toBeGreaterThan(0);
      expect(ours.filter(({ query }) => "x" in query)).toEqual([]);
      expect(await page.evaluate("[typeof io, socket.nsp, Number.isInteger(io.protocol)]")).toEqual([
        "function",
        "/",
        true,
      ]);
    });

    test("a Blob and a File, at any depth, arrive as bytes in their order; bytes arrive as an ArrayBuffer", async () => {
      const { io, url } = await serve(name);
      const there = serverSocket(io);
      const page = await open(url);
      await page.evaluate(`new Promise((done) => { window.socket = io(); socket.on("connect", done); })`);
      const heard: unknown[] = [];
      const socket = await there;
      for (const event of ["blob", "file", "last"]) socket.on(event, (value: unknown) => heard.push([event, value]));
      const last = once(socket, "last");
      const kind = page.evaluate(`new Promise((done) => {
        socket.on("bytes", (value) => done(Object.prototype.toString.call(value.deep[0])));
        socket.emit("blob", { value: new Blob([Uint8Array.of(1, 255)]) });
        socket.emit("file", [new File([Uint8Array.of(2)], "knot.bin")]);
        socket.emit("last", "text");
      })`);
      await last;
      socket.emit("bytes", { deep: [Buffer.from([9])] });
      expect(await kind).toBe("[object ArrayBuffer]");
      expect(heard).toEqual([
        ["blob", { value: Buffer.from([1, 255]) }],
        ["file", [Buffer.from([2])]],
        ["last", "text"],
      ]);
    });

    test("headers go with the requests of polling, whichever way they are given, and never with a WebSocket", async () => {
      const { url, requests } = await serve(name);
      const page = await open(url);
      await page.evaluate(`Promise.all([
        { transportOptions: { polling: { extraHeaders: { "x-clientid": "abc" } } } },
        { extraHeaders: { "x-clientid": "abc" } },
      ].map((options) => new Promise((done) => {
        const socket = io({ ...options, forceNew: true });
        socket.on("connect", () => {
          const { engine } = socket.io;
          if (engine.transport.name === "websocket") done();
          else engine.once("upgrade", done);
        });
      })))`);
      const heads = (isWebSocket: boolean) =>
        requests
          .filter((request) => request.isWebSocket === isWebSocket && request.path === "/socket.io/")
          .map(({ headers }) => headers["x-clientid"]);
      expect(new Set(heads(false))).toEqual(new Set(["abc"]));
      expect(new Set(heads(true))).toEqual(new Set([undefined]));
    });

    test("headers reach a server of another origin that allows them by CORS", async () => {
      const { io, url } = await serve(name, {
        cors: { origin: true, allowedHeaders: ["x-clientid"], credentials: true },
      });
      const elsewhere = await serve(name);
      const there = serverSocket(io);
      const page = await open(elsewhere.url);
      await page.evaluate(`new Promise((done) => {
        const headers = { transportOptions: { polling: { extraHeaders: { "x-clientid": "abc" } } } };
        io(${JSON.stringify(url)}, headers).on("connect", done);
      })`);
      expect((await there).handshake.headers["x-clientid"]).toBe("abc");
    });

    test("the options of TLS are for Node, and do no harm", async () => {
      const { url } = await serve(name);
      const page = await open(url);
      const options = { ca: "nobody", cert: "nobody", key: "nobody", pfx: "nobody", rejectUnauthorized: false };
      const connects = `new Promise((done) => { io(${JSON.stringify(options)}).on("connect", () => done(true)); })`;
      expect(await page.evaluate(connects)).toBe(true);
    });
  });
});

interface Stage {
  readonly io: SeedServer;
  readonly url: string;
  readonly requests: SeenRequest[];
}
