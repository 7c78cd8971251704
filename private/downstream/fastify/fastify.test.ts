// A Fastify application with fastify-socket.io, which decorates it with the server and closes that along with it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLIENTS, connectCaller, makeCaller } from "../support/clients.ts";
import { expectPackages } from "../support/expect-packages.ts";
import { installationsOf } from "../support/installations.ts";
import { type RunningProgram, startProgram } from "../support/running-program.ts";

describe.each(installationsOf("fastify"))("Fastify $title", (installation) => {
  describe.skipIf(installation.missing !== undefined)("an application", () => {
    const start = () => startProgram(installation, "app.js", /is listening at (\S+)/, { env: { PORT: "0" } });
    let program: RunningProgram;
    beforeAll(async () => {
      program = await start();
    });
    afterAll(() => program?.stop());

    test("has loaded these packages and no others of their kind", async () => {
      expectPackages(await program.loaded(), installation, ["socket.io"]);
    });

    test("serves its own routes and the client's script on one port", async () => {
      expect((await fetch(program.ready)).status).toBe(200);
      const script = await fetch(`${program.ready}/socket.io/socket.io.js`);
      expect([script.status, script.headers.get("etag")]).toEqual([200, expect.stringMatching(/^".+"$/)]);
    });

    test.each([
      ["https://example.org", "https://example.org"],
      ["https://knots.example.net", "https://knots.example.net"],
      ["https://elsewhere.example", null],
    ])("answers a page of %s by the list of origins", async (origin, allowed) => {
      const answer = await fetch(`${program.ready}/socket.io/?EIO=4&transport=polling`, { headers: { origin } });
      expect(answer.headers.get("access-control-allow-origin")).toBe(allowed);
    });

    describe.each(CLIENTS)("talking to %s", (client) => {
      test("refuses with data who gives no name", async () => {
        const caller = await makeCaller(client, program.ready);
        expect(await caller.refused).toEqual({ field: "name" });
      });

      test("sends from a route into a room, and counts who is there", async () => {
        const inside = await connectCaller(client, program.ready, { query: { name: "inside" } });
        expect(await inside.call("join", client)).toEqual([{ rooms: 2 }]);
        const posted = inside.next("posted");
        const answer = await fetch(`${program.ready}/rooms/${encodeURIComponent(client)}`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: '{"knot":"bowline"}',
        });
        expect([answer.status, await answer.json()]).toEqual([202, { receivers: 1 }]);
        expect(await posted).toEqual([{ knot: "bowline" }]);
      });

      test("gathers the answers of all others", async () => {
        const asking = await connectCaller(client, program.ready, { query: { name: "asking" } });
        for (const name of ["one", "two"]) {
          const other = await connectCaller(client, program.ready, { query: { name }, mode: "websocket" });
          other.answer("question", (question) => `${question} ${name}`);
        }
        expect(await asking.call("ask others", "who?")).toEqual([["who? one", "who? two"]]);
      });
    });

    test("closes the server along with the application, and its clients leave their rooms", async () => {
      const closing = await start();
      const caller = await connectCaller("client 4.8", closing.ready, { query: { name: "ada" } });
      const gone = caller.next("disconnect");
      await closing.stop("SIGTERM");
      expect((await gone)[0]).toBe("io server disconnect");
      expect(closing.output()).toContain("ada leaves 1 rooms: server namespace disconnect");
      expect(closing.output()).toContain("Fastify has closed");
    });
  });
});
