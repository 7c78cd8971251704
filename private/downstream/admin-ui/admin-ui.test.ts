// The admin UI: a server that is instrumented, asked by clients in its namespace, and its page in Chromium.
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launchChromium, missingChromium } from "../../testkit/src/peers/chromium.ts";
import { type Caller, CLIENTS, connectCaller, makeCaller } from "../support/clients.ts";
import { expectPackages } from "../support/expect-packages.ts";
import { type Installation, installationsOf } from "../support/installations.ts";
import { type RunningProgram, startProgram } from "../support/running-program.ts";

const ADA = { username: "ada", password: "knots" };

/** What an administrator may ask for unless the server is read-only. */
const ORDERS = ["EMIT", "JOIN", "LEAVE", "DISCONNECT", "MJOIN", "MLEAVE", "MDISCONNECT"];

/** The server of a test, and a client of its main namespace. */
interface Stage {
  readonly program: RunningProgram;
  readonly url: string;
}

let stages: Stage[] = [];

async function stage(installation: Installation, env: Record<string, string> = {}): Promise<Stage> {
  const started = startProgram(installation, "app.js", /listening on port (\d+)/, { env: { PORT: "0", ...env } });
  const program = await started;
  const made = { program, url: `http://127.0.0.1:${program.ready}` };
  stages.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(stages.map(({ program }) => program.stop()));
  stages = [];
});

/** An administrator who has come in, with what was told at the beginning. */
async function administrate(url: string): Promise<{ admin: Caller; config: unknown; sockets: unknown }> {
  const admin = await makeCaller("client 4.8", url, { namespace: "/admin", mode: "websocket" });
  const first = Promise.all([admin.next("config"), admin.next("all_sockets")]);
  await admin.next("connect");
  const [[config], [sockets]] = await first;
  return { admin, config, sockets };
}

describe.each(installationsOf("admin-ui"))("the admin UI $title", (installation) => {
  describe.skipIf(installation.missing !== undefined)("on the server", () => {
    test("has loaded these packages and no others of their kind", async () => {
      const { program } = await stage(installation);
      expectPackages(await program.loaded(), installation, ["socket.io"]);
    });

    test("lets in who knows the password, nobody else, and the main namespace does not ask for it", async () => {
      const { url } = await stage(installation, { AUTH: "basic" });
      const namespace = "/admin";
      const stranger = await makeCaller("client 4.8", url, { namespace, auth: { ...ADA, password: "bends" } });
      expect(await stranger.refused).toBe("invalid credentials");
      const admin = await makeCaller("client 4.8", url, { namespace, auth: ADA });
      const given = admin.next("session");
      await admin.next("connect");
      const [session] = await given;
      expect(session).toEqual(expect.any(String));
      const again = await makeCaller("client 4.8", url, { namespace, auth: { sessionId: String(session) } });
      await again.next("connect");
      await connectCaller("our client", url);
    });

    test.each(CLIENTS)("tells in development mode all that %s does, as it happens", async (client) => {
      const { url } = await stage(installation);
      const { admin, config } = await administrate(url);
      const arrived = admin.next("socket_connected");
      const named = admin.next("socket_updated");
      const caller = await connectCaller(client, url, { auth: { name: "bo" }, mode: "websocket" });
      const { id } = caller.socket;

      expect(config).toEqual({ supportedFeatures: [...ORDERS, "AGGREGATED_EVENTS", "ALL_EVENTS"] });
      const [newcomer, at] = await arrived;
      const handshake = { query: { EIO: "4", transport: "websocket" }, secure: false, xdomain: false };
      expect(newcomer).toMatchObject({ id, nsp: "/", transport: "websocket", handshake });
      expect(at).toMatch(/^\d{4}-/);
      expect(await named).toEqual([{ id, nsp: "/", data: { name: "bo" } }]);

      const heard = admin.next("event_received");
      expect(await caller.call("say", "hello")).toEqual(["delivered"]);
      expect(await heard).toEqual(["/", id, ["say", "hello"], expect.any(String)]);

      const joined = admin.next("room_joined");
      caller.socket.emit("lock");
      expect(await joined).toEqual(["/", "lock", id, expect.any(String)]);
      const left = admin.next("socket_disconnected");
      caller.socket.disconnect();
      expect(await left).toEqual(["/", id, "client namespace disconnect", expect.any(String)]);
    });

    test("tells of the upgrade of a client", async () => {
      const { url } = await stage(installation);
      const { admin } = await administrate(url);
      const updates: unknown[] = [];
      admin.socket.on("socket_updated", (update) => updates.push(update));
      const caller = await connectCaller("our client", url);
      await caller.socket.upgraded();
      await expect
        .poll(() => updates, { timeout: 10_000 })
        .toContainEqual({ id: caller.socket.id, nsp: "/", transport: "websocket" });
    });

    test.each(CLIENTS)("lets an administrator move %s, speak to it and send it away", async (client) => {
      const { url } = await stage(installation);
      const caller = await connectCaller(client, url, { mode: "websocket" });
      const { id } = caller.socket;
      const { admin, sockets } = await administrate(url);
      expect(sockets).toContainEqual(expect.objectContaining({ id, rooms: [id, "harbour"] }));

      const joined = admin.next("room_joined");
      admin.socket.emit("join", "/", "deck", id);
      expect((await joined).slice(0, 3)).toEqual(["/", "deck", id]);
      const left = admin.next("room_left");
      admin.socket.emit("leave", "/", "deck", id);
      expect((await left).slice(0, 3)).toEqual(["/", "deck", id]);
      const news = caller.next("news");
      const sent = admin.next("event_sent");
      admin.socket.emit("emit", "/", id, "news", "x", 1);
      expect(await news).toEqual(["x", 1]);
      expect((await sent).slice(0, 3)).toEqual(["/", id, ["news", "x", 1]]);
      const gone = caller.next("disconnect");
      admin.socket.emit("_disconnect", "/", false, id);
      expect((await gone)[0]).toBe("io server disconnect");
    });

    test("counts in production mode and tells no events", async () => {
      const { url } = await stage(installation, { ADMIN_MODE: "production" });
      const counting = await connectCaller("our client", url);
      await counting.socket.upgraded();
      const admin = await makeCaller("client 4.8", url, { namespace: "/admin", mode: "websocket" });
      const first = Promise.all([admin.next("config"), admin.next("server_stats")]);
      const tales: unknown[] = [];
      for (const name of ["event_received", "socket_connected", "room_joined"]) {
        admin.socket.on(name, (...args) => tales.push(args));
      }
      await admin.next("connect");
      const [[config], [stats]] = await first;
      await counting.call("say", "hello");

      expect(config).toEqual({ supportedFeatures: [...ORDERS, "AGGREGATED_EVENTS"] });
      expect(stats).toMatchObject({
        serverId: "harbour",
        clientsCount: 2,
        pollingClientsCount: 0,
        namespaces: [
          { name: "/", socketsCount: 1 },
          { name: "/admin", socketsCount: 1 },
          { name: "/chat", socketsCount: 0 },
        ],
      });
      expect(tales).toEqual([]);
    });

    test("takes no orders when it is read-only", async () => {
      const { url } = await stage(installation, { READONLY: "1" });
      const caller = await connectCaller("our client", url);
      const { admin, config } = await administrate(url);
      expect(config).toEqual({ supportedFeatures: ["AGGREGATED_EVENTS", "ALL_EVENTS"] });
      admin.socket.emit("_disconnect", "/", true, caller.socket.id);
      expect(await caller.call("say", "still here")).toEqual(["delivered"]);
    });
  });

  const reason = installation.missing ?? missingChromium();
  describe.skipIf(reason !== undefined)(`as a page${reason === undefined ? "" : ` (skipped: ${reason})`}`, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
    });
    afterAll(() => browser?.close());

    /** The page, which asks nobody but this machine for fonts and the like. */
    async function openPage(url: string): Promise<Page> {
      const page = await browser.newPage();
      await page.route(/^https?:\/\/(?!127\.0\.0\.1)/, (route) => route.abort());
      await page.goto(`${url}/console/`);
      return page;
    }

    test("logs in, and shows sockets, rooms and events of the main namespace live", async () => {
      const { url } = await stage(installation, { AUTH: "basic" });
      const first = await connectCaller("client 4.8", url, { mode: "websocket" });
      const page = await openPage(url);
      const show = (part: string) => page.locator(`a[href="#/${part}"]`).first().click();
      const text = () => page.locator("main").textContent();

      await page.getByLabel("Server URL").fill(url);
      await page.getByLabel("Username").fill(ADA.username);
      await page.getByLabel("Password").fill("bends");
      await page.getByRole("button", { name: "Connect" }).click();
      await page.getByText("invalid credentials").waitFor();
      await page.getByLabel("Password").fill(ADA.password);
      await page.getByRole("button", { name: "Connect" }).click();
      await page.getByText("CONNECTED", { exact: false }).first().waitFor();
      await page.getByRole("button", { name: "Connect" }).waitFor({ state: "hidden" });

      await show("sockets");
      await expect.poll(text, { timeout: 15_000 }).toContain(String(first.socket.id));
      const caller = await connectCaller("our client", url, { mode: "websocket" });
      await expect.poll(text, { timeout: 15_000 }).toContain(String(caller.socket.id));
      await show("rooms");
      await expect.poll(text, { timeout: 15_000 }).toContain("harbour");
      caller.socket.emit("lock");
      await expect.poll(text, { timeout: 15_000 }).toContain("lock");
      await show("events");
      await expect.poll(text, { timeout: 15_000 }).toContain(String(caller.socket.id));
      await show("servers");
      await expect.poll(text, { timeout: 15_000 }).toContain("harbour");
      await page.close();
    });
  });
});
