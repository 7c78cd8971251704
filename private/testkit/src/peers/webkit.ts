// WebKit, the engine of Safari, for the page suite: WebKitGTK's MiniBrowser on a screen of its own that nobody sees,
// driven by Debian's WebKitWebDriver.
// Place: browser.ts -> **W3C WebDriver over HTTP** -> the installed programs. tools/setup.mjs installs them.
// Rules: the driver has one window, so one tab is open at a time; a value is passed on as JSON, an error by its message.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type BrowserEngine, browserProgram, missingProgram, requireProgram, type Tab } from "./browser.ts";
import { freePort } from "./http-listener.ts";

const DRIVER = browserProgram("BOWLINE_WEBKIT_DRIVER", "/usr/bin/WebKitWebDriver");
const SCREEN = browserProgram("BOWLINE_XVFB", "/usr/bin/Xvfb");
const START_MS = 15_000;
const LOOK_EVERY_MS = 25;

/** Runs an expression, and hands its value or the message of its failure to the driver. */
const ASYNC_SCRIPT = `const [expression, done] = arguments;
Promise.resolve().then(() => (0, eval)(expression)).then(
  (value) => done({ value: value === undefined ? null : value }),
  (error) => done({ failure: String(error && error.message || error) }),
);`;

/** Asks the driver for something. */
type Ask = (method: "GET" | "POST" | "DELETE", path: string, body?: unknown) => Promise<unknown>;

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

/** Starts a screen; gives its number. */
async function startScreen(): Promise<{ readonly screen: ChildProcess; readonly display: string }> {
  const args = ["-displayfd", "3", "-screen", "0", "1280x800x24", "-nolisten", "tcp"];
  const screen = spawn(SCREEN.path, args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const number = await new Promise<string>((resolve, reject) => {
    screen.stdio[3]?.once("data", (told: Buffer) => resolve(told.toString().trim()));
    screen.once("error", reject);
    screen.once("exit", () => reject(new Error(`Cannot start "${SCREEN.path}": it ended at once`)));
  });
  return { screen, display: `:${number}` };
}

function asker(port: number): Ask {
  return async (method, path, body) => {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const answer: unknown = await (await fetch(`http://127.0.0.1:${port}${path}`, init)).json();
    const value = field(answer, "value");
    const error = field(value, "error");
    if (error !== undefined && error !== null) {
      throw new Error(`Cannot ${method} "${path}": ${String(error)}: ${String(field(value, "message"))}`);
    }
    return value;
  };
}

/** The driver listens a moment after it was started. */
async function waitUntilReady(ask: Ask): Promise<void> {
  for (const until = performance.now() + START_MS; ; ) {
    try {
      await ask("GET", "/status");
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(LOOK_EVERY_MS);
    }
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill();
  await gone;
}

function windowOf(ask: Ask, session: string): Tab {
  return {
    visit: async (url) => void (await ask("POST", `${session}/url`, { url })),
    async evaluate(expression) {
      const result = await ask("POST", `${session}/execute/async`, { script: ASYNC_SCRIPT, args: [expression] });
      const failure = field(result, "failure");
      if (failure !== undefined) throw new Error(String(failure));
      return field(result, "value");
    },
    async close() {
      await ask("DELETE", `${session}/cookie`);
      await ask("POST", `${session}/url`, { url: "about:blank" });
    },
  };
}

/** WebKit as the page suite sees it. */
export const WEBKIT: BrowserEngine = {
  name: "WebKit",
  missing: () => missingProgram(DRIVER) ?? missingProgram(SCREEN),
  async launch() {
    requireProgram(DRIVER);
    requireProgram(SCREEN);
    const { screen, display } = await startScreen();
    const port = await freePort();
    const env = { ...process.env, DISPLAY: display, WEBKIT_DISABLE_COMPOSITING_MODE: "1" };
    const driver = spawn(DRIVER.path, [`--port=${port}`], { env, stdio: "ignore" });
    const ask = asker(port);
    await waitUntilReady(ask);
    const opened = await ask("POST", "/session", { capabilities: { alwaysMatch: {} } });
    const session = `/session/${String(field(opened, "sessionId"))}`;
    return {
      openTab: async () => windowOf(ask, session),
      async close() {
        await ask("DELETE", session);
        await end(driver);
        await end(screen);
      },
    };
  },
};
