// Browsersync, which reloads pages when their files change: real pages in Chromium, with the client of 2.x or later that its
// own script brings along, in a namespace that is named like the path.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { launchChromium, missingChromium } from "../../testkit/src/peers/chromium.ts";
import { expectPackages } from "../support/expect-packages.ts";
import { installationsOf } from "../support/installations.ts";
import { type RunningProgram, startProgram } from "../support/running-program.ts";

const PATIENCE = { timeout: 30_000 };
const HEADING = 'getComputedStyle(document.querySelector("h1")).color';

const noBrowser = missingChromium();
const because = noBrowser === undefined ? "" : ` (skipped: ${noBrowser})`;

describe.each(installationsOf("browser-sync"))(`Browsersync $title${because}`, (installation) => {
  describe.skipIf(installation.missing !== undefined || noBrowser !== undefined)("serving a site", () => {
    let program: RunningProgram;
    let browser: Browser;
    beforeAll(async () => {
      program = await startProgram(installation, "serve.js", /is serving on (\S+)/, { env: { PORT: "4300" } });
      browser = await launchChromium();
    });
    afterAll(async () => {
      await browser?.close();
      await program?.stop();
    });

    /** Opens the page, and waits until its script is connected. */
    async function open(): Promise<Page> {
      const page = await browser.newPage();
      onTestFinished(() => page.close());
      await page.goto(program.ready);
      await page.waitForFunction("window.___browserSync___?.socket?.connected");
      return page;
    }

    function change(file: string, from: string, to: string): void {
      const path = join(installation.folder, "site", file);
      const before = readFileSync(path, "utf8");
      onTestFinished(() => writeFileSync(path, before));
      writeFileSync(path, before.replace(from, to));
    }

    test("has loaded these packages and no others of their kind", async () => {
      expectPackages(await program.loaded(), installation, ["socket.io"]);
    });

    test("holds its pages by a namespace named like the path, over WebSocket in the end", async () => {
      const page = await open();
      expect(await page.evaluate("window.___browserSync___.socket.nsp")).toBe("/browser-sync");
      await page.waitForFunction('window.___browserSync___.socket.io.engine.transport.name === "websocket"');
      await expect.poll(() => program.output(), PATIENCE).toContain("Browser Connected");
    });

    test("puts a changed style into the page without loading it anew", async () => {
      const page = await open();
      expect(await page.evaluate(HEADING)).toBe("rgb(10, 20, 30)");
      await page.evaluate("window.isTheSamePage = true");
      change("style.css", "rgb(10, 20, 30)", "rgb(40, 50, 60)");
      await expect.poll(() => page.evaluate(HEADING), PATIENCE).toBe("rgb(40, 50, 60)");
      expect(await page.evaluate("window.isTheSamePage")).toBe(true);
    });

    test("loads the page anew when it has changed", async () => {
      const page = await open();
      await page.evaluate("window.isTheSamePage = true");
      change("index.html", "<title>Knots</title>", "<title>Hitches</title>");
      await expect.poll(() => page.title().catch(() => "on its way"), PATIENCE).toBe("Hitches");
      expect(await page.evaluate("window.isTheSamePage")).toBeUndefined();
    });

    test("lets one page follow what is typed and scrolled in another", async () => {
      const [leader, follower] = [await open(), await open()];
      await leader.bringToFront();
      await leader.locator("#name").pressSequentially("sheet bend");
      await expect.poll(() => follower.locator("#name").inputValue(), PATIENCE).toBe("sheet bend");
      await leader.evaluate("scrollTo(0, 1000)");
      await expect.poll(() => follower.evaluate("scrollY > 500"), PATIENCE).toBe(true);
    });
  });
});
