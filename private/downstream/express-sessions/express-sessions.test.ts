// The recipes for sessions and log-ins: express-session and Passport in front of sockets, in the form of today and in the
// older one, and helmet and cors as middlewares of the engine.
import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { CLIENTS, connectCaller, makeCaller } from "../support/clients.ts";
import { expectPackages } from "../support/expect-packages.ts";
import { installationsOf } from "../support/installations.ts";
import { type RunningProgram, startProgram } from "../support/running-program.ts";

/** The forms of the program. */
const FORMS = ["engine", "wrap", "open"] as const;
type Form = (typeof FORMS)[number];

/** The official server keeps to itself what a middleware answers to a WebSocket, and says that the request was bad. */
const ANSWER_TO_STRANGERS = { ours: [401, "log in"], official: [400, undefined] } as const;

const MODES = ["polling", "websocket", "upgrade"] as const;
const PLAYERS = CLIENTS.flatMap((client) => MODES.map((mode) => [client, mode] as const));
const HANDSHAKE = "/socket.io/?EIO=4&transport=polling";

/** The cookie of a response, as it is sent back. */
function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
}

/** Fills in the form; resolves with the cookie of the session and with where the form leads. */
async function logIn(url: string, username: string, password: string): Promise<{ cookie: string; place: string }> {
  const body = new URLSearchParams({ username, password });
  const response = await fetch(`${url}/login`, { method: "POST", body, redirect: "manual" });
  return { cookie: cookieOf(response), place: response.headers.get("location") ?? "" };
}

/** What a WebSocket's handshake is answered with, whether it is let in or not. */
async function shakeHands(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, { headers });
  socket.on("error", () => {});
  const answer = new Promise<IncomingMessage>((resolve) => {
    socket.once("upgrade", resolve);
    socket.once("unexpected-response", (_request, response) => resolve(response));
  });
  const response = await answer;
  socket.terminate();
  return response;
}

describe.each(installationsOf("express-sessions"))("Express sessions $title", (installation) => {
  const programs = new Map<Form, RunningProgram>();
  const urlOf = (form: Form): string => `http://127.0.0.1:${programs.get(form)?.ready}`;

  beforeAll(async () => {
    for (const form of installation.missing === undefined ? FORMS : []) {
      const env = { PORT: "0", FORM: form };
      programs.set(form, await startProgram(installation, "app.js", /listening on port (\d+)/, { env }));
    }
  });
  afterAll(() => Promise.all([...programs.values()].map((program) => program.stop())));

  describe.skipIf(installation.missing !== undefined).each(["engine", "wrap"] as const)(
    "with Passport in the form %s",
    (form) => {
      const url = () => urlOf(form);

      test("has loaded these packages and no others of their kind", async () => {
        expectPackages((await programs.get(form)?.loaded()) ?? [], installation, ["socket.io"]);
      });

      test.each(PLAYERS)("knows the user behind %s over %s, after a log-in", async (client, mode) => {
        const { cookie, place } = await logIn(url(), "john", "changeit");
        expect(place).toBe("/in");
        const caller = await connectCaller(client, url(), { mode, extraHeaders: { cookie } });
        expect(await caller.call("whoami")).toEqual(["john"]);
        const told = caller.next("told");
        caller.socket.emit("tell", 1, "for you");
        expect(await told).toEqual(["for you"]);
      });

      test.each(PLAYERS)("counts with %s over %s in the session that pages see", async (client, mode) => {
        const { cookie } = await logIn(url(), "ada", "knots");
        const caller = await connectCaller(client, url(), { mode, extraHeaders: { cookie } });
        expect(await caller.call("count")).toEqual([1]);
        expect(await caller.call("count")).toEqual([2]);
        expect(await (await fetch(`${url()}/count`, { headers: { cookie } })).json()).toBe(2);
      });

      test.each(PLAYERS)("keeps %s out over %s, whose log-in failed", async (client, mode) => {
        const { cookie, place } = await logIn(url(), "john", "wrong");
        expect(place).toBe("/out");
        const caller = await makeCaller(client, url(), { mode, extraHeaders: { cookie } });
        const [error] = await caller.next("connect_error");
        expect(error).toBeInstanceOf(Error);
        expect(String(error)).toMatch(/unauthorized|xhr poll error|websocket error/);
        expect(caller.socket.connected).toBe(false);
      });

      test("sends all sockets of a session away at the log-out, and no others", async () => {
        const { cookie } = await logIn(url(), "john", "changeit");
        const other = await logIn(url(), "john", "changeit");
        const callers = await Promise.all(
          PLAYERS.map(([client, mode]) => connectCaller(client, url(), { mode, extraHeaders: { cookie } })),
        );
        const spared = await connectCaller("our client", url(), { extraHeaders: { cookie: other.cookie } });
        const gone = Promise.all(callers.map((caller) => caller.next("disconnect")));
        expect((await fetch(`${url()}/logout`, { method: "POST", headers: { cookie } })).status).toBe(204);
        const reasons = new Set((await gone).map(([reason]) => reason));
        expect(
          [...reasons].filter((reason) => reason !== "io server disconnect" && reason !== "transport close"),
        ).toEqual([]);
        expect(await spared.call("whoami")).toEqual(["john"]);
      });
    },
  );

  describe.skipIf(installation.missing !== undefined)("with middlewares of the engine", () => {
    const url = () => urlOf("engine");

    test("refuses a handshake by polling with the middleware's own answer", async () => {
      const answer = await fetch(`${url()}${HANDSHAKE}`);
      expect([answer.status, answer.headers.get("x-reason"), await answer.text()]).toEqual([401, "log in", ""]);
    });

    test("refuses a WebSocket with the middleware's own answer", async () => {
      const answer = await shakeHands(url());
      expect([answer.statusCode, answer.headers["x-reason"]]).toEqual(ANSWER_TO_STRANGERS[installation.packages]);
    });
  });

  describe.skipIf(installation.missing !== undefined)("open to everybody", () => {
    const url = () => urlOf("open");

    test("has helmet's and cors' headers on the handshake by polling, and on the requests after it", async () => {
      const opened = await fetch(`${url()}${HANDSHAKE}`);
      const sid = /"sid":"([^"]+)"/.exec(await opened.text())?.[1];
      const posted = await fetch(`${url()}${HANDSHAKE}&sid=${sid}`, { method: "POST", body: "40" });
      for (const { headers } of [opened, posted]) {
        expect(headers.get("x-content-type-options")).toBe("nosniff");
        expect(headers.get("content-security-policy")).toContain("default-src 'self'");
        expect(headers.get("x-frame-options")).toBe("SAMEORIGIN");
        expect(headers.get("access-control-allow-origin")).toBe("https://example.com");
        expect(headers.get("access-control-allow-credentials")).toBe("true");
      }
    });

    test("has helmet's and cors' headers on the handshake of a WebSocket", async () => {
      const { statusCode, headers } = await shakeHands(url());
      expect(statusCode).toBe(101);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["x-frame-options"]).toBe("SAMEORIGIN");
      expect(headers["access-control-allow-origin"]).toBe("https://example.com");
    });

    test("answers a preflight by the middleware", async () => {
      const headers = { origin: "https://example.com", "access-control-request-method": "POST" };
      const answer = await fetch(`${url()}${HANDSHAKE}`, { method: "OPTIONS", headers });
      expect(answer.status).toBe(204);
      expect(answer.headers.get("access-control-allow-methods")).toBe("GET,HEAD,PUT,PATCH,POST,DELETE");
    });

    test("gives a session to those who come without one, over polling and over WebSocket", async () => {
      const polled = await fetch(`${url()}${HANDSHAKE}`);
      expect(cookieOf(polled)).toMatch(/^connect\.sid=s%3A/);
      expect(String((await shakeHands(url())).headers["set-cookie"])).toMatch(/^connect\.sid=s%3A/);
      const again = await fetch(`${url()}${HANDSHAKE}`, { headers: { cookie: cookieOf(polled) } });
      expect(cookieOf(again)).toBe("");
    });

    test.each(CLIENTS)("gives %s the session of the cookie that it was given", async (client) => {
      const { cookie } = { cookie: cookieOf(await fetch(`${url()}${HANDSHAKE}`)) };
      const first = await connectCaller(client, url(), { extraHeaders: { cookie } });
      const second = await connectCaller(client, url(), { extraHeaders: { cookie }, mode: "websocket" });
      expect([await first.call("count"), await second.call("count")]).toEqual([[1], [2]]);
      expect(await first.call("whoami")).toEqual(["nobody"]);
    });
  });
});
