// A Feathers application over Socket.IO: its services, hooks and events, called by Feathers' own client and by bare ones.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLIENTS, connectCaller, makeCaller } from "../support/clients.ts";
import { expectPackages } from "../support/expect-packages.ts";
import { installationsOf } from "../support/installations.ts";
import { type RunningProgram, runProgram, startProgram } from "../support/running-program.ts";

describe.each(installationsOf("feathers"))("Feathers $title", (installation) => {
  describe.skipIf(installation.missing !== undefined)("an application", () => {
    let program: RunningProgram;
    let url = "";
    beforeAll(async () => {
      program = await startProgram(installation, "app.js", /listening on port (\d+)/, { env: { PORT: "0" } });
      url = `http://127.0.0.1:${program.ready}`;
    });
    afterAll(() => program?.stop());

    test("has loaded these packages and no others of their kind", async () => {
      expectPackages(await program.loaded(), installation, ["socket.io"]);
    });

    test("serves Feathers' client: methods, events, and errors with their classes", async () => {
      const { output, loaded } = await runProgram(installation, "client.js", { args: [url] });
      const message = { id: 0, text: "Knots", author: "ada", via: "socketio" };
      expect(output.trim().split("\n")).toEqual([
        JSON.stringify(["create", message]),
        JSON.stringify(["created", message]),
        JSON.stringify(["find", [message]]),
        JSON.stringify(["refused", ["NotAuthenticated", 401, "A message needs a text", { field: "text" }]]),
        JSON.stringify(["remove", message]),
        JSON.stringify(["removed", message]),
        JSON.stringify(["left", []]),
      ]);
      expectPackages(loaded, installation, ["socket.io-client"]);
    });

    describe.each(CLIENTS)("talking to %s", (client) => {
      test("greets by a handler of its own, with what the middleware put onto the connection", async () => {
        const caller = await makeCaller(client, url, { auth: { author: "grace" } });
        expect(await caller.next("news")).toEqual([{ hello: "grace", headers: true }]);
        expect(await caller.call("whoami", { asked: 1 })).toEqual([{ asked: 1, provider: "socketio" }]);
      });

      test("refuses by the middleware", async () => {
        const caller = await makeCaller(client, url, { auth: { author: "nobody" } });
        expect(await caller.refused).toBe("Nobody may come in");
      });

      test("answers a bare call of a service, and publishes to the others on the channel", async () => {
        const author = await connectCaller(client, url, { auth: { author: client } });
        const other = await connectCaller(client, url, { auth: { author: "other" }, mode: "polling" });
        const heard = other.next("messages created");
        const [error, message] = await author.call("create", "messages", { text: "Bends" }, {});
        expect(error).toBeNull();
        expect(message).toMatchObject({ text: "Bends", author: client, via: "socketio" });
        expect(await heard).toEqual([message]);
        expect(await author.call("find", "messages", { author: client })).toEqual([null, [message]]);
      });

      test("answers an unknown service with an error", async () => {
        const caller = await connectCaller(client, url, { auth: { author: "ada" } });
        expect(await caller.call("find", "hitches", {})).toEqual([
          expect.objectContaining({ name: "NotFound", code: 404, message: "Service 'hitches' not found" }),
        ]);
      });
    });

    test("takes its clients along when its Socket.IO server is closed", async () => {
      const closing = await startProgram(installation, "app.js", /listening on port (\d+)/, {
        env: { PORT: "0" },
      });
      const caller = await connectCaller("our client", `http://127.0.0.1:${closing.ready}`, {
        auth: { author: "ada" },
      });
      const gone = caller.next("disconnect");
      await closing.stop("SIGTERM");
      expect((await gone)[0]).toBe("transport close");
      expect(closing.output()).toContain("somebody left");
      expect(closing.output()).toContain("Feathers has closed");
    });
  });
});
