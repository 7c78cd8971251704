// A load script with many clients at once: everything that is said arrives once and in order, and nothing is left behind.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectPackages } from "../support/expect-packages.ts";
import { installationsOf } from "../support/installations.ts";
import { type RunningProgram, runProgram, startProgram } from "../support/running-program.ts";

describe.each(installationsOf("load"))("a load script $title", (installation) => {
  describe.skipIf(installation.missing !== undefined)("with 60 clients in 6 rooms", () => {
    let program: RunningProgram;
    beforeAll(async () => {
      program = await startProgram(installation, "app.js", /listening on port (\d+)/, { env: { PORT: "0" } });
    });
    afterAll(() => program?.stop());

    test("hears all that is said once and in order, and leaves nothing behind", async () => {
      const url = `http://127.0.0.1:${program.ready}`;
      const { output, loaded } = await runProgram(installation, "load.js", { args: [url] });
      expect(output.trim().split("\n")).toEqual(
        [
          ["largest", 10],
          ["heard", [["45", 60]]],
          ["once each", true],
          ["in order", true],
          ["after", { clients: 45, sockets: 45, sids: 45, rooms: 51 }],
          ["end", { clients: 0, sockets: 0, sids: 0, rooms: 0 }],
        ].map((line) => JSON.stringify(line)),
      );
      expectPackages(loaded, installation, ["socket.io-client"]);
      expectPackages(await program.loaded(), installation, ["socket.io"]);
    });
  });
});
