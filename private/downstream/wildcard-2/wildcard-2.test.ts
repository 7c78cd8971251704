// A program of 2.x with socketio-wildcard, which reaches into sockets of the server and of the client.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectCaller } from "../support/clients.ts";
import { expectPackages } from "../support/expect-packages.ts";
import { installationsOf } from "../support/installations.ts";
import { type RunningProgram, runProgram, startProgram } from "../support/running-program.ts";

describe.each(installationsOf("wildcard-2"))("socketio-wildcard $title", (installation) => {
  describe.skipIf(installation.missing !== undefined)("in a program of 2.x", () => {
    let program: RunningProgram;
    let url = "";
    beforeAll(async () => {
      program = await startProgram(installation, "app.js", /listening on port (\d+)/, { env: { PORT: "0" } });
      url = `http://127.0.0.1:${program.ready}`;
    });
    afterAll(() => program?.stop());

    test("hears every event on the server and on the client, acknowledgements and bytes included", async () => {
      const { output, loaded } = await runProgram(installation, "client.js", { args: [url] });
      expect(output.trim().split("\n")).toEqual(
        [
          ["heard", [["anything", 1, { deep: [true] }], "/"]],
          ["plain", "x"],
          ["heard", ["plain", "x"]],
          ["bytes", [1, 2, 254]],
          ["all", ["heard", "heard", "heard"]],
          ["said", ["say", "ahoy"]],
          ["asked", ["what", 7]],
        ].map((line) => JSON.stringify(line)),
      );
      const { packages, folder } = installation;
      expect(loaded.find((entry) => entry.folder === `${folder}/node_modules/socket.io-client`)?.name).toBe(
        packages === "ours" ? "@bowline/socket.io-client-v2" : "socket.io-client",
      );
      expectPackages(await program.loaded(), installation, []);
    });

    test.each(["our client held to protocol 3", "client 2.5"] as const)("hears the %s as well", async (client) => {
      const caller = await connectCaller(client, url);
      const heard = caller.next("heard");
      expect(await caller.call("plain", "x")).toEqual(["x"]);
      expect((await heard)[1]).toBe("/");
      const chat = await connectCaller(client, url, { namespace: "/chat" });
      expect(await chat.call("what", "now")).toEqual([["what", "now"]]);
    });
  });
});
