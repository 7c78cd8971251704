// The built client in a browser, as one suite: each engine calls it with a way to launch.
// Place in the flow: all of it, with a browser's own HTTP, WebSocket and Blobs below.
// Rules: the page asks for nothing that a program could not, and what it observed is what is compared. The whole matrix
//        is for `npm run test:full`; the core of it is what engines are known to differ in.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  CASE_SERVERS,
  type CaseServer,
  type CaseServerName,
  type CaseServerStart,
  protocolOf,
  startCaseServer,
} from "../../src/client-cases/case-server.ts";
import { CASE_NAMES, type CaseName, expectationOf, MODES } from "../../src/client-cases/expectations.ts";
import type { BrowserEngine, RunningBrowser, Tab } from "../../src/peers/browser.ts";
import type { TransportMode } from "../../src/peers/peer.ts";
import { corsSuite } from "./cors-suite.ts";
import { leaveSuite } from "./leave-suite.ts";
import { loadSuite } from "./load-suite.ts";
import { servePages } from "./pages.ts";
import { workerSuite } from "./worker-suite.ts";

/** How much of the matrix is played. */
export type Extent = "whole" | "core";

/** What the parts of the suite share. */
export interface PageScene {
  /** The tab of the running test, which starts without cookies. */
  tab(): Tab;
  /** Starts a server that serves the pages, and is gone after the test. */
  serve(name: CaseServerName, start?: CaseServerStart): Promise<CaseServer>;
}

/** One case in one way. */
type Pairing = readonly [name: CaseName, mode: TransportMode];

const ALL: readonly Pairing[] = CASE_NAMES.flatMap((name) => MODES.map((mode): Pairing => [name, mode]));
const CORE: readonly Pairing[] = [
  ["text", "polling"],
  ["text", "websocket"],
  ["text", "upgrade"],
  ["binary", "polling"],
  ["binary", "websocket"],
  ["blobs", "upgrade"],
  ["large", "polling"],
  ["lost", "polling"],
  ["restart", "upgrade"],
];

/** Has the page play a case. */
export function playInPage(name: CaseName, mode: TransportMode, options = "{}"): string {
  return `clientCases.play({ io, name: "${name}", mode: "${mode}", options: ${options} })`;
}

/**
 * Defines the suite for an engine.
 * @param engine the browser
 * @param extent how much of it
 */
export function pageSuite(engine: BrowserEngine, extent: Extent): void {
  const reason = engine.missing();
  const servers = extent === "whole" ? CASE_SERVERS : CASE_SERVERS.slice(0, 1);
  const pairings = extent === "whole" ? ALL : CORE;

  // A skip says why in its name, which is all that the reporters print of it.
  describe.skipIf(reason !== undefined)(`${engine.name}${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
    let browser: RunningBrowser;

    beforeAll(async () => {
      browser = await engine.launch();
    });
    afterAll(() => browser?.close());

    describe.each(servers)("a page and %s", (serverName) => {
      let server: CaseServer;
      let tab: Tab;

      // Each case has connections of its own, so they can do with one page.
      beforeAll(async () => {
        server = await startCaseServer(serverName, { pages: servePages });
        tab = await browser.openTab();
        await tab.visit(`${server.url}/global`);
      });
      afterAll(async () => {
        await tab?.close();
        await server?.close();
      });

      test.each(pairings)("%s over %s", async (name, mode) => {
        const setting = { mode, protocol: protocolOf(serverName), platform: "browser" } as const;
        expect(await tab.evaluate(playInPage(name, mode))).toEqual(expectationOf(name, setting));
        expect(await tab.evaluate("pageErrors")).toEqual([]);
      });
    });

    describe("a fresh tab", () => {
      let tab: Tab;
      let opened: CaseServer[] = [];
      const scene: PageScene = {
        tab: () => tab,
        async serve(name, start = {}) {
          const server = await startCaseServer(name, { pages: servePages, ...start });
          opened.push(server);
          return server;
        },
      };

      beforeEach(async () => {
        tab = await browser.openTab();
      });
      afterEach(async () => {
        await tab?.close();
        const servers = opened;
        opened = [];
        for (const server of servers) await server.close();
      });

      loadSuite(scene, extent);
      workerSuite(scene, extent);
      corsSuite(scene, extent);
      leaveSuite(scene);
    });
  });
}
