// Polling by script elements: the official client of 2.x and ours in a real browser, made to poll as in browsers without
// CORS, against our server.
// Rule: what travels in a script arrives as it was sent, and is never run as anything but the one call.
import { readFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Server } from "@bowline/server";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchChromium, missingChromium } from "../../src/peers/chromium.ts";

const CLIENTS: readonly (readonly [name: string, file: string])[] = [
  ["the official client 2.5", createRequire(import.meta.url).resolve("socket.io-client-v2/dist/socket.io.js")],
  [
    "our client for programs of 2.x",
    fileURLToPath(new URL("../../../../packages/client/dist/socket.io.compat-2.js", import.meta.url)),
  ],
];
const reason = missingChromium();

/** Texts that would end a string, a script or a form field if they were not written with care. */
const NASTY: readonly string[] = [
  "</script><script>window.broken = true</script>",
  '*/"); window.broken = true; ("',
  "line\u2028separator\u2029paragraph",
  "new\nline and \\n spelled out",
  "naïve 😀 \u0000 & = + % ;",
];

/** Runs in the page: sends each text and gives what came back. */
const ECHO = `(texts, options) => new Promise((resolve, reject) => {
  const socket = window.io({ transports: ["polling"], forceJSONP: true, reconnection: false, ...options });
  setTimeout(() => reject(new Error("nothing came within 10 s")), 10000);
  socket.on("connect_error", reject);
  socket.on("error", reject);
  const got = [];
  socket.on("text", (text) => {
    got.push(text);
    if (got.length < texts.length) return;
    resolve({ got, broken: window.broken === true });
    socket.disconnect();
  });
  socket.on("connect", () => texts.forEach((text) => socket.emit("text", text)));
})`;

interface Outcome {
  readonly got: readonly string[];
  readonly broken: boolean;
}

const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;
describe.skipIf(reason !== undefined).each(CLIENTS)(`%s polling by script elements${skipped}`, (_name, client) => {
  let browser: Browser;
  let page: Page;
  let http: HttpServer;
  let io: Server;
  let url: string;
  let pageErrors: string[];
  let polls: string[];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    http = createServer((request, response) => {
      if (request.url === "/client.js") response.end(readFileSync(client));
      else response.setHeader("Content-Type", "text/html").end('<!doctype html><script src="/client.js"></script>');
    });
    io = new Server(http);
    polls = [];
    io.on("connection", (socket) => {
      socket.on("text", (text: string) => socket.emit("text", text));
      socket.on("bytes", (reply: (bytes: Uint8Array) => void) => reply(Uint8Array.of(1, 2, 250)));
    });
    await new Promise<void>((resolve) => {
      http.listen(0, "127.0.0.1", resolve);
    });
    const address = http.address();
    if (address === null || typeof address === "string") throw new Error("Cannot tell the port of the page's server");
    url = `http://127.0.0.1:${address.port}`;
    page = await browser.newPage();
    pageErrors = [];
    page.on("pageerror", (error) => pageErrors.push(error.message));
    page.on("request", (request) => {
      if (request.url().includes("transport=polling")) polls.push(`${request.method()} ${request.resourceType()}`);
    });
    await page.goto(url);
  });
  afterEach(async () => {
    await page.close();
    http.closeAllConnections();
    await io.close();
  });

  test("gets and sends every text as it was, and none of them runs", async () => {
    const outcome = await page.evaluate<Outcome>(`(${ECHO})(${JSON.stringify(NASTY)})`);
    expect([outcome.got, outcome.broken, pageErrors]).toEqual([NASTY, false, []]);
    expect(new Set(polls)).toEqual(new Set(["GET script", "POST document"]));
  });

  test("gets bytes in an answer", async () => {
    const bytes = await page.evaluate<number[]>(`new Promise((resolve, reject) => {
      const socket = window.io({ transports: ["polling"], forceJSONP: true, reconnection: false });
      socket.on("connect_error", reject);
      socket.emit("bytes", (bytes) => {
        resolve([...new Uint8Array(bytes)]);
        socket.disconnect();
      });
    })`);
    expect([bytes, pageErrors]).toEqual([[1, 2, 250], []]);
  });

  test("cannot be made to call anything but the one function", async () => {
    const index = "0];window.broken=true;___eio[0";
    const answer = await fetch(`${url}/socket.io/?EIO=3&transport=polling&j=${encodeURIComponent(index)}`);
    expect(await answer.text()).toMatch(/^___eio\[00\]\("[^"\\]*(?:\\.[^"\\]*)*"\);$/);
    expect([answer.headers.get("content-type"), answer.headers.get("x-content-type-options")]).toEqual([
      "text/javascript; charset=UTF-8",
      "nosniff",
    ]);
  });
});
