// Pages that are left, and networks that go away: what the server learns, and what the page hears.
// Place: a part of the page suite.
// Rule: what a page hears while it is left is kept in its session storage, which the next page reads.
import { describe, expect, test } from "vitest";
import type { CaseServer } from "../../src/client-cases/case-server.ts";
import { within } from "../../src/peers/wait-for.ts";
import type { PageScene } from "./page-suite.ts";

/** Runs in the page: connects over one transport, and keeps what the socket hears. */
const CONNECT = `(options) => new Promise((resolve) => {
  sessionStorage.clear();
  window.socket = io({ reconnection: false, ...options });
  socket.on("disconnect", (reason) => sessionStorage.setItem("heard", reason));
  socket.on("connect", () => resolve(socket.id));
})`;

/** Runs in the page: the network goes away. */
const GO_OFFLINE = `new Promise((resolve) => {
  socket.on("disconnect", (reason, details) => resolve([reason, details.description]));
  dispatchEvent(new Event("offline"));
})`;

function whenGone(server: CaseServer): Promise<unknown> {
  return new Promise((resolve) => {
    server.onConnection((socket) => void socket.on("disconnect", (reason) => resolve(reason)));
  });
}

/** Defines this part of the suite. */
export function leaveSuite(scene: PageScene): void {
  const heardThere = 'sessionStorage.getItem("heard")';

  describe.each(["polling", "websocket"])("a page that is left, over %s", (transport) => {
    test("closes in silence where it was told to, and the server learns of it at once", async () => {
      const server = await scene.serve("our server");
      const gone = whenGone(server);
      const options = JSON.stringify({ transports: [transport], closeOnBeforeunload: true });
      await scene.tab().visit(`${server.url}/global`);
      await scene.tab().evaluate(`(${CONNECT})(${options})`);
      await scene.tab().visit(`${server.url}/elsewhere`);
      // Over polling, the goodbye and the end of the waiting request are on their way at the same time.
      const ends = transport === "polling" ? /^transport (close|error)$/ : /^transport close$/;
      expect(await within(gone, 5000, "the end on the server")).toMatch(ends);
      expect(await scene.tab().evaluate(heardThere)).toBe(null);
    });

    test("is gone for the server, at the latest when the browser ends its requests", async () => {
      const server = await scene.serve("our server");
      const gone = whenGone(server);
      await scene.tab().visit(`${server.url}/global`);
      await scene.tab().evaluate(`(${CONNECT})(${JSON.stringify({ transports: [transport] })})`);
      await scene.tab().visit(`${server.url}/elsewhere`);
      // When it does so is the browser's affair.
      expect(await within(gone, 30_000, "the end on the server")).toMatch(/^transport (close|error)$/);
    });

    test("hears of a network that goes away at once", async () => {
      const server = await scene.serve("our server");
      await scene.tab().visit(`${server.url}/global`);
      await scene.tab().evaluate(`(${CONNECT})(${JSON.stringify({ transports: [transport] })})`);
      expect(await scene.tab().evaluate(GO_OFFLINE)).toEqual(["transport close", "network connection lost"]);
    });
  });
}
