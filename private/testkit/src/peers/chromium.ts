// Chromium for the suites that need a browser: Debian's, driven by playwright-core, with a profile of its own for each
// launch. tools/setup.mjs installs it. Where it is missing, tests are skipped with `missingChromium()` as their reason;
// on CI they are not skipped, so the launch fails and says what is missing.
import { type Browser, chromium } from "playwright-core";
import { type BrowserEngine, browserProgram, missingProgram, requireProgram } from "./browser.ts";

const PROGRAM = browserProgram("BOWLINE_CHROMIUM", "/usr/bin/chromium");

/** Where it is, for programs that start it by themselves. */
export const CHROMIUM_PATH: string = PROGRAM.path;

// No sandbox: the gate also runs as root in containers, where Chromium refuses to start one. The rest keeps a fresh
// profile from calling home in the middle of a test.
const FLAGS: readonly string[] = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Tells why browser tests cannot run here.
 * @returns the reason to skip, or `undefined` when a browser is there or when this is CI, where its absence is a failure
 */
export function missingChromium(): string | undefined {
  return missingProgram(PROGRAM);
}

/**
 * Starts a browser with a fresh profile, which Playwright removes again when the browser is closed.
 * @param extraFlags further command line flags
 * @returns the running browser; close it with `browser.close()`
 * @throws Error when there is no browser at the expected place
 */
export async function launchChromium(extraFlags: readonly string[] = []): Promise<Browser> {
  requireProgram(PROGRAM);
  return await chromium.launch({ executablePath: PROGRAM.path, headless: true, args: [...FLAGS, ...extraFlags] });
}

/** Chromium as the page suite sees it. */
export const CHROMIUM: BrowserEngine = {
  name: "Chromium",
  missing: missingChromium,
  async launch() {
    const browser = await launchChromium();
    return {
      async openTab() {
        const page = await browser.newPage();
        return {
          visit: async (url) => void (await page.goto(url)),
          evaluate: (expression) => page.evaluate<unknown>(expression),
          close: () => page.close(),
        };
      },
      close: () => browser.close(),
    };
  },
};
