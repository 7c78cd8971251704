// Firefox for the page suite: Debian's ESR, driven by puppeteer-core over WebDriver BiDi, without a driver program.
// Place: browser.ts -> **Firefox** -> the installed program. tools/setup.mjs installs it.
import { launch } from "puppeteer-core";
import { type BrowserEngine, browserProgram, missingProgram, requireProgram } from "./browser.ts";

const PROGRAM = browserProgram("BOWLINE_FIREFOX", "/usr/bin/firefox-esr");

/** Firefox as the page suite sees it. */
export const FIREFOX: BrowserEngine = {
  name: "Firefox",
  missing: () => missingProgram(PROGRAM),
  async launch() {
    requireProgram(PROGRAM);
    const browser = await launch({ browser: "firefox", executablePath: PROGRAM.path, headless: true });
    return {
      async openTab() {
        // A context of its own has cookies of its own.
        const context = await browser.createBrowserContext();
        const page = await context.newPage();
        return {
          visit: async (url) => void (await page.goto(url)),
          evaluate: (expression) => page.evaluate(expression),
          close: () => context.close(),
        };
      },
      close: () => browser.close(),
    };
  },
};
