// Pages of another origin: what the option cors and the profile of 2.x let them do, and what not.
// Place: a part of the page suite.
// Rule: the browser judges; the server is asked over polling, since browsers do not apply CORS to WebSockets.
import { describe, expect, test } from "vitest";
import { isListener } from "../../src/peers/raw-surface.ts";
import type { PageScene } from "./page-suite.ts";

/** Runs in the page: connects to another origin, and tells which cookie the server saw, or that it was refused. */
const VISIT = `(url, options) => new Promise((resolve) => {
  const socket = window.io(url, { transports: ["polling"], reconnection: false, ...options });
  socket.on("connect_error", () => resolve("refused"));
  socket.on("connect", () => {
    socket.emit("who", (cookie) => {
      resolve(cookie);
      socket.disconnect();
    });
  });
})`;

interface CorsCase {
  readonly title: string;
  readonly page?: "/official-2";
  /** The server's options, for pages of this origin. */
  options(origin: string): Readonly<Record<string, unknown>>;
  readonly client?: Readonly<Record<string, unknown>>;
  /** The name of the cookie that the server saw on the last request. */
  readonly seen: "refused" | "none" | "io";
}

const CASES: readonly CorsCase[] = [
  { title: "may not connect by default", options: () => ({}), seen: "refused" },
  {
    title: "may connect where the server welcomes every origin, without cookies",
    options: () => ({ cors: { origin: "*" }, cookie: true }),
    seen: "none",
  },
  {
    title: "brings its cookies where the server takes them from this origin",
    options: (origin) => ({ cors: { origin, credentials: true }, cookie: true }),
    client: { withCredentials: true },
    seen: "io",
  },
  {
    title: "may not bring cookies where the server does not take any",
    options: (origin) => ({ cors: { origin } }),
    client: { withCredentials: true },
    seen: "refused",
  },
  {
    title: "may send headers that a preflight asked for",
    options: (origin) => ({ cors: { origin } }),
    client: { extraHeaders: { "x-token": "1" } },
    seen: "none",
  },
  {
    title: "of 2.x connects with cookies to the profile of 2.x, which asks nobody",
    page: "/official-2",
    options: () => ({ compat: 2 }),
    seen: "io",
  },
  {
    title: "of 2.x may not connect to the defaults of 4.x",
    page: "/official-2",
    options: () => ({}),
    seen: "refused",
  },
];

/** Defines this part of the suite. */
export function corsSuite(scene: PageScene): void {
  describe("a page of another origin", () => {
    test.each(CASES)("$title", async ({ page = "/global", options, client = {}, seen }) => {
      // The same host for both, so that cookies are of the same site, and another origin by the port.
      const pages = await scene.serve("our server");
      const server = await scene.serve("our server", { options: options(pages.url) });
      let cookie = "";
      server.onRequest((request) => {
        cookie = request.headers.cookie ?? "none";
      });
      server.onConnection((socket) => {
        socket.on("who", (reply) => {
          if (isListener(reply)) reply(cookie.replace(/=.*/, ""));
        });
      });
      await scene.tab().visit(`${pages.url}${page}`);
      const told = await scene.tab().evaluate(`(${VISIT})(${JSON.stringify(server.url)}, ${JSON.stringify(client)})`);
      expect(told).toBe(seen);
    });
  });
}
