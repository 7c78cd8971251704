// Failures in a real browser: what a page can tell apart has its code there as well, and what it cannot has one for all.
// Rules: the page loads the client as it is served; sentences come from the module that a page loads on demand.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchChromium, missingChromium } from "../../src/peers/chromium.ts";
import { matching, TRANSPORTS } from "./client.ts";
import { closedPort, listen, serveSocketIo, stopAll } from "./servers.ts";

const DIST = new URL("../../../../packages/client/dist/", import.meta.url);
const FILES: ReadonlyMap<string, string> = new Map([
  ["/client.js", fileURLToPath(new URL("bowline.min.js", DIST))],
  ["/explain.js", fileURLToPath(new URL("explain.mjs", DIST))],
]);
const PAGE = '<!doctype html><script src="/client.js"></script>';

/** Runs in the page: connects, and gives what the failure says, with the sentence that is loaded for it. */
const FAIL = `async (url, options) => {
  const { explain } = await import("/explain.js");
  const socket = window.io(url, { reconnection: false, forceNew: true, ...options });
  const error = await new Promise((resolve) => socket.on("connect_error", resolve));
  socket.disconnect();
  return { code: error.code, message: error.message, hasHint: "hint" in error, sentence: explain(error) };
}`;

/** Runs in the page: connects, and gives what the end says. */
const LOSE = `async (url) => {
  const socket = window.io(url, { reconnection: false, transports: ["websocket"] });
  window.ended = new Promise((resolve) => socket.on("disconnect", (reason, { code }) => resolve([reason, code])));
  await new Promise((resolve) => socket.on("connect", resolve));
}`;

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hasHint: boolean;
  readonly sentence: string;
}

const reason = missingChromium();
const title = `in Chromium${reason === undefined ? "" : ` (skipped: ${reason})`}`;
describe.skipIf(reason !== undefined)(title, () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let origin: string;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  beforeEach(async () => {
    const port = await listen(
      createServer((request, response) => {
        const file = FILES.get(request.url ?? "");
        if (file !== undefined) response.setHeader("Content-Type", "text/javascript").end(readFileSync(file));
        else if (request.url === "/") response.setHeader("Content-Type", "text/html").end(PAGE);
        else response.writeHead(404).end("Cannot GET");
      }),
    );
    origin = `http://127.0.0.1:${port}`;
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(origin);
  });
  afterEach(async () => {
    await context.close();
    stopAll();
  });

  function fail(url: string, options: object): Promise<Failure> {
    return page.evaluate<Failure>(`(${FAIL})(${JSON.stringify(url)}, ${JSON.stringify(options)})`);
  }

  test.each(TRANSPORTS)("nobody who listens may be the network or CORS, over %s", async (transport) => {
    const port = await closedPort();
    expect(await fail(`http://127.0.0.1:${port}`, { transports: [transport] })).toMatchObject({
      message: transport === "polling" ? "xhr poll error" : "websocket error",
      code: "NETWORK_OR_CORS",
      hasHint: false,
    });
  });

  test("a server that does not allow the origin may be the network or CORS", async () => {
    const { url } = await serveSocketIo("our server");
    const { code, sentence } = await fail(url, { transports: ["polling"] });
    expect(code).toBe("NETWORK_OR_CORS");
    for (const candidate of ["the server runs", "CORS", "https", "certificate", "console"]) {
      expect(sentence).toContain(candidate);
    }
  });

  test("a wrong path of the page's own server is told as on Node", async () => {
    expect(await fail(origin, { transports: ["polling"] })).toMatchObject({
      code: "PATH_NOT_FOUND",
      sentence: matching(/^Cannot use "http.*\/socket\.io\/": the server answered 404: "Cannot GET"; /),
    });
  });

  test("a network that goes away is told as such", async () => {
    const { url } = await serveSocketIo("our server");
    await page.evaluate(`(${LOSE})(${JSON.stringify(url)})`);
    await context.setOffline(true);
    expect(await page.evaluate("window.ended")).toEqual(["transport close", "OFFLINE"]);
  });
});
