// Yjs over Socket.IO: documents as dynamic namespaces, updates as bytes, editors who go and come back.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectPackages } from "../support/expect-packages.ts";
import { installationsOf } from "../support/installations.ts";
import { type RunningProgram, runProgram, startProgram } from "../support/running-program.ts";

describe.each(installationsOf("y-socket.io"))("y-socket.io $title", (installation) => {
  describe.skipIf(installation.missing !== undefined).each(["polling", "websocket", "polling,websocket"])(
    "over %s",
    (transports) => {
      let program: RunningProgram;
      beforeAll(async () => {
        program = await startProgram(installation, "app.js", /listening on port (\d+)/, { env: { PORT: "0" } });
      });
      afterAll(() => program?.stop());

      test("keeps documents of several editors equal", async () => {
        const url = `http://127.0.0.1:${program.ready}`;
        const { output, loaded } = await runProgram(installation, "client.js", { args: [url, transports] });
        expect(output.trim().split("\n")).toEqual(
          [
            ["names", ["/yjs|sea/chart 1", "/yjs|other"]],
            ["same", true],
            ["has", true],
            ["bytes", [0, 1, 254, 255]],
            ["aware", true],
            ["back", true],
            ["elsewhere", ""],
            ["large", true],
            ["late", true],
            ["refused", "Unauthorized"],
          ].map((line) => JSON.stringify(line)),
        );
        expectPackages(loaded, installation, ["socket.io-client"]);
        expectPackages(await program.loaded(), installation, ["socket.io"]);
        await expect.poll(() => program.output(), { timeout: 10_000 }).toContain("alone other: 0 characters");
        expect(program.output().match(/^loaded /gm)).toHaveLength(2);
      });
    },
  );
});
