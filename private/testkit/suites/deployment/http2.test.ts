// TLS and HTTP/2 in front, as docs/deployment has it: Chromium polls over HTTP/2, and its WebSocket goes over a
// connection of its own through nginx, over the same one through HAProxy.
// Place in the flow: a page with the served client -> HTTP/2 -> nginx or HAProxy -> HTTP/1.1 -> a node of ours
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launchChromium, missingChromium } from "../../src/peers/chromium.ts";
import { missingProxy, type ReverseProxy, startReverseProxy } from "../../src/peers/reverse-proxy.ts";
import { type Node, startNode } from "./nodes.ts";

/** Status of a WebSocket's handshake: over HTTP/1.1 the protocols are switched, over HTTP/2 a stream is opened. */
const SWITCHED = 101;
const STREAM_OPENED = 200;

let browser: Browser | undefined;

beforeAll(async () => {
  browser = missingChromium() === undefined ? await launchChromium() : undefined;
});
afterAll(() => browser?.close());

describe.each([
  { proxy: "nginx", file: "http2.conf", handshake: SWITCHED },
  { proxy: "haproxy", file: "http2.cfg", handshake: STREAM_OPENED },
] as const)("$proxy with $file", ({ proxy, file, handshake }) => {
  const reason = missingProxy(proxy) ?? missingChromium();
  let node: Node;
  let front: ReverseProxy;
  let page: Page | undefined;
  let statuses: number[] = [];

  beforeAll(async () => {
    if (reason !== undefined) return;
    node = await startNode("a", { serveClient: true });
    front = await startReverseProxy(proxy, file, [node.port]);
  });
  beforeEach(async () => {
    const context = await browser?.newContext({ ignoreHTTPSErrors: true });
    page = await context?.newPage();
    if (page === undefined || context === undefined) return;
    statuses = [];
    const inspector = await context.newCDPSession(page);
    await inspector.send("Network.enable");
    inspector.on("Network.webSocketHandshakeResponseReceived", ({ response }) => statuses.push(response.status));
    const script = `https://127.0.0.1:${front.port}/socket.io/socket.io.js`;
    await page.goto(script);
    await page.addScriptTag({ url: script });
  });
  afterEach(() => page?.context().close());
  afterAll(async () => {
    await front?.close();
    await node?.kill();
  });

  /** Connects in the page; gives the answer to an echo, the transport and how the polling requests travelled. */
  const play = (transports: readonly string[]) =>
    page?.evaluate(`(async () => {
      const socket = io({ transports: ${JSON.stringify(transports)}, forceNew: true });
      await new Promise((resolve, reject) => { socket.on("connect", resolve); socket.on("connect_error", reject); });
      const transport = () => socket.io.engine.transport.name;
      if (${transports.length} === 2 && transport() === "polling") {
        await new Promise((resolve) => socket.io.engine.on("upgrade", resolve));
      }
      const answer = await new Promise((resolve) => socket.emit("echo", "naïve 😀", resolve));
      const requests = performance.getEntriesByType("resource").filter(({ name }) => name.includes("transport=polling"));
      return { answer, transport: transport(), hops: [...new Set(requests.map((entry) => entry.nextHopProtocol))] };
    })()`);

  test.skipIf(reason !== undefined)(`carries polling over HTTP/2${reason ? ` (skipped: ${reason})` : ""}`, async () => {
    expect(await play(["polling"])).toEqual({ answer: "naïve 😀", transport: "polling", hops: ["h2"] });
    expect(statuses).toEqual([]);
  });

  test.skipIf(reason !== undefined)("carries the upgrade to a WebSocket", async () => {
    expect(await play(["polling", "websocket"])).toEqual({
      answer: "naïve 😀",
      transport: "websocket",
      hops: ["h2"],
    });
    expect(statuses).toEqual([handshake]);
  });

  test.skipIf(reason !== undefined)("carries a WebSocket alone, and tells the node that it came by TLS", async () => {
    expect(await play(["websocket"])).toEqual({ answer: "naïve 😀", transport: "websocket", hops: [] });
    expect(statuses).toEqual([handshake]);
    expect(node.sockets.at(-1)?.handshake.headers["x-forwarded-proto"]).toBe("https");
  });
});
