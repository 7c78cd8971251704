// A real browser for the suites that need one: Debian's chromium, driven by playwright-core, with a profile of its own
// for each launch. tools/setup.mjs installs it. Where it is missing, tests are skipped with `missingChromium()` as their
// reason; on CI they are not skipped, so the launch fails and says what is missing.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const EXECUTABLE: string = process.env["BOWLINE_CHROMIUM"] ?? "/usr/bin/chromium";

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
  if (existsSync(EXECUTABLE) || process.env["CI"] === "true") return undefined;
  return `there is no browser at "${EXECUTABLE}": run "node tools/setup.mjs" or set BOWLINE_CHROMIUM`;
}

/**
 * Starts a browser with a fresh profile, which Playwright removes again when the browser is closed.
 * @param extraFlags further command line flags
 * @returns the running browser; close it with `browser.close()`
 * @throws Error when there is no browser at the expected place
 */
export async function launchChromium(extraFlags: readonly string[] = []): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(
      `Cannot launch "${EXECUTABLE}": it does not exist; run "node tools/setup.mjs" or set BOWLINE_CHROMIUM`,
    );
  }
  return await chromium.launch({ executablePath: EXECUTABLE, headless: true, args: [...FLAGS, ...extraFlags] });
}
