// The playground as a visitor meets it: its server as a process of its own, two tabs in a real browser, the built client.
// Place in the flow: all of it, from bytes to the handlers of a page. Rule: waits are for what a person would see.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { launchChromium, missingChromium } from "../../src/peers/chromium.ts";

const SERVER = fileURLToPath(new URL("../../../examples/playground/server.mjs", import.meta.url));
const PATIENCE_MS = 20_000;
const reason = missingChromium();

// A skip says why in its name, which is all that the reporters print of it.
describe.skipIf(reason !== undefined)(`playground${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
  let server: ChildProcess;
  let browser: Browser;
  let url: string;
  let context: BrowserContext;

  beforeAll(async () => {
    server = spawn(process.execPath, [SERVER, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
    url = await printedUrl(server);
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    const gone = once(server, "exit");
    server.kill();
    await gone;
  });

  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    context.setDefaultTimeout(PATIENCE_MS);
  });

  afterEach(async () => {
    await context.close();
  });

  async function openTab(name: string, room: string): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${url}/?name=${name}&room=${room}`);
    await upgraded(page).waitFor();
    return page;
  }

  test("two tabs of a room read each other and see who is typing", async () => {
    const gannet = await openTab("Gannet", "talk");
    const eider = await openTab("Eider", "talk");

    await eider.locator("#text").pressSequentially("It does");
    await gannet.getByText("Eider is typing").waitFor();
    await eider.press("#text", "Enter");

    await message(gannet, "It does").waitFor();
    await eider.locator(".mark.delivered").waitFor();
    expect(await gannet.locator(".person-name").allTextContents()).toEqual(["Gannet (you)", "Eider"]);
  });

  test("a tab in another room reads nothing of it", async () => {
    const gannet = await openTab("Gannet", "here");
    const eider = await openTab("Eider", "elsewhere");

    await say(gannet, "only here");
    await gannet.locator(".mark.delivered").waitFor();
    await eider.getByRole("button", { name: "Room here" }).click();
    await message(eider, "only here").waitFor();
    await eider.fill("#room-name", "elsewhere");
    await eider.press("#room-name", "Enter");
    await eider.locator("#messages[data-empty]:empty").waitFor({ state: "attached" });
    expect(await message(eider, "only here").count()).toBe(0);
  });

  test("a tab shows the upgrade to WebSocket and the protocol that the server speaks with it", async () => {
    const page = await openTab("Gannet", "figures");

    await page.locator("#figure-trip", { hasText: " ms" }).waitFor();

    expect(await page.locator("#figure-transport").textContent()).toBe("WebSocket");
    expect(await page.locator("#figure-protocol").textContent()).toBe("Engine.IO 4");
    expect(await page.locator("#figure-upgrade").textContent()).toMatch(/^after \d/);
    expect(await page.locator("#log").textContent()).toMatch(/Connected over long-polling.*Upgraded to WebSocket/);
  });

  test("a name made of markup stays text", async () => {
    const gannet = await openTab("Gannet", "markup");
    const other = await openTab(encodeURIComponent("<img src=x>"), "markup");

    await say(other, "<b>bold</b>");

    await message(gannet, "<b>bold</b>").waitFor();
    await gannet.locator(".person-name", { hasText: "<img src=x>" }).waitFor();
    expect(await gannet.locator(".people img, .bubble b, .message-head img").count()).toBe(0);
  });

  test("an image arrives as binary and the server acknowledges it", async () => {
    const gannet = await openTab("Gannet", "pictures");
    const eider = await openTab("Eider", "pictures");
    const bytes = Buffer.from(await eider.screenshot({ type: "png" }));

    await eider.setInputFiles("#image-file", { name: "view.png", mimeType: "image/png", buffer: bytes });

    await eider.locator(".mark.delivered", { hasText: "passed on to 1" }).waitFor();
    const picture = gannet.locator(".picture img");
    await picture.waitFor();
    await expect.poll(() => widthOf(picture)).toBe(1440);
  });

  test("a stroke reaches the other board, and a late one as well", async () => {
    const gannet = await openTab("Gannet", "drawing");
    const blank = await drawing(gannet);
    const eider = await openTab("Eider", "drawing");

    await drawAcross(gannet);

    await expect.poll(() => drawing(eider)).not.toBe(blank);
    const late = await openTab("Late", "drawing");
    await expect.poll(() => drawing(late)).not.toBe(blank);
  });

  test("a dropped connection comes back by itself", async () => {
    const page = await openTab("Gannet", "dropping");

    await page.click("#fault-drop");

    await page.locator("#log", { hasText: /this tab closed it.*Back over long-polling after/ }).waitFor();
    await upgraded(page).waitFor();
    expect(await page.locator("#figure-reconnections").textContent()).toBe("1");
  });

  test("a message that the server got but could not acknowledge before the drop arrives once", async () => {
    const gannet = await openTab("Gannet", "halfway");
    const eider = await openTab("Eider", "halfway");
    onTestFinished(() => void server.kill("SIGCONT"));

    server.kill("SIGSTOP");
    await say(gannet, "halfway");
    await gannet.click("#fault-drop");
    await gannet.locator(".mark.queued").waitFor();
    server.kill("SIGCONT");
    await gannet.locator(".mark.delivered").waitFor();
    await say(gannet, "and on");

    await message(eider, "and on").waitFor();
    expect(await eider.locator(".bubble").allTextContents()).toEqual(["halfway", "and on"]);
  });

  test("messages written while the server is down are queued, and delivered once when it is back", async () => {
    const gannet = await openTab("Gannet", "storm");
    const eider = await openTab("Eider", "storm");

    await gannet.click("#fault-kill");
    await gannet.locator('[data-link="waiting"]').waitFor();
    await say(gannet, "first of the storm");
    await say(gannet, "second of the storm");
    expect(await gannet.locator(".mark.queued").count()).toBe(2);
    await gannet.locator("#status", { hasText: /Reconnecting, attempt \d/ }).waitFor();

    await gannet.locator(".mark.delivered").nth(1).waitFor();
    await message(eider, "second of the storm").waitFor();
    expect(await eider.locator(".bubble").allTextContents()).toEqual(["first of the storm", "second of the storm"]);
    await gannet.locator("#log", { hasText: /takes the server down.*Connection lost.*Back over/ }).waitFor();
  });

  test("a tab without WebSocket goes on over long-polling, and upgrades again when it is unblocked", async () => {
    const gannet = await openTab("Gannet", "narrow");
    const eider = await openTab("Eider", "narrow");

    await gannet.click("#fault-block");
    await gannet.locator('[data-link="connected"][data-transport="polling"]').waitFor();
    await say(gannet, "over polling");
    await message(eider, "over polling").waitFor();
    await gannet.click("#fault-block");

    await upgraded(gannet).waitFor();
  });
});

/** The address that the server prints once it listens. */
function printedUrl(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    server.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const found = /http:\/\/localhost:\d+/.exec(printed);
      if (found !== null) resolve(found[0]);
    });
    server.once("exit", (code) => reject(new Error(`Cannot start the playground: it ended with ${code}\n${printed}`)));
  });
}

function upgraded(page: Page): Locator {
  return page.locator('[data-link="connected"][data-transport="websocket"]');
}

function message(page: Page, text: string): Locator {
  return page.locator(".message:not(.own) .bubble", { hasText: text });
}

async function say(page: Page, text: string): Promise<void> {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

function widthOf(picture: Locator): Promise<number> {
  return picture.evaluate((element) => (element instanceof HTMLImageElement ? element.naturalWidth : 0));
}

function drawing(page: Page): Promise<string> {
  return page
    .locator("#board")
    .evaluate((element) => (element instanceof HTMLCanvasElement ? element.toDataURL() : "no canvas"));
}

async function drawAcross(page: Page): Promise<void> {
  const box = await page.locator("#board").boundingBox();
  if (box === null) throw new Error("Cannot draw: the board is not shown");
  await page.bringToFront();
  await page.mouse.move(box.x + 50, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + 300, box.y + 200, { steps: 10 });
  await page.mouse.up();
}
