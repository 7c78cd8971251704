// Karma, which runs tests in browsers: its server holds the browser by a socket, and the page in it loads our client's script
// from the installed package.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { CHROMIUM_PATH, missingChromium } from "../../testkit/src/peers/chromium.ts";
import { expectPackages } from "../support/expect-packages.ts";
import { installationsOf } from "../support/installations.ts";
import { runProgram, startProgram } from "../support/running-program.ts";

const KARMA = "node_modules/karma/bin/karma";
const PATIENCE = { timeout: 40_000 };

const noBrowser = missingChromium();
const because = noBrowser === undefined ? "" : ` (skipped: ${noBrowser})`;

function start(configuration: string, ...flags: readonly string[]) {
  return { args: ["start", configuration, ...flags], env: { CHROME_BIN: CHROMIUM_PATH } };
}

describe.each(installationsOf("karma"))(`Karma $title${because}`, (installation) => {
  describe.skipIf(installation.missing !== undefined || noBrowser !== undefined)("in Chromium", () => {
    test("runs three tests in a page, tells of each, and has loaded these packages and no others of their kind", async () => {
      const { code, output, loaded } = await runProgram(installation, KARMA, start("karma.conf.js"));
      expect(output).toMatch(/\[Chrome Headless [^\]]+\]: Connected on socket [\w-]+ with id \d+/);
      expect(output).toContain(`LOG: 'the page was told', '["--told","by the server"]'`);
      for (const count of [1, 2, 3]) expect(output).toContain(`Executed ${count} of 3 SUCCESS`);
      expect(output).toContain("TOTAL: 3 SUCCESS");
      expect(code).toBe(0);
      expectPackages(loaded, installation, ["socket.io"]);
    });

    test("runs them over polling alone", async () => {
      const { code, output } = await runProgram(installation, KARMA, start("karma.polling.conf.js"));
      expect(output).toContain("TOTAL: 3 SUCCESS");
      expect(code).toBe(0);
    });

    test("tells what failed and where, and ends with a failure", async () => {
      const { code, output } = await runProgram(installation, KARMA, start("karma.failing.conf.js"));
      expect(output).toContain("a slip knot slips FAILED");
      expect(output).toContain("Expected 'rope, tied' to be 'rope, loose'.");
      expect(output).toContain("failing/slip.spec.js:3:30");
      expect(output).toContain("TOTAL: 1 FAILED, 3 SUCCESS");
      expect(code).toBe(1);
    });

    test("keeps the browser, and runs everything again when a file is added", async () => {
      const options = start("karma.conf.js", "--no-single-run", "--auto-watch");
      const program = await startProgram(installation, KARMA, /Executed 3 of 3 SUCCESS/, options);
      onTestFinished(() => program.stop("SIGINT"));
      const added = join(installation.folder, "test/added.spec.js");
      onTestFinished(() => rmSync(added, { force: true }));
      writeFileSync(added, 'it("is added", () => expect(knot.tie("line")).toBe("line, tied"));\n');
      await expect.poll(() => program.output(), PATIENCE).toContain("Executed 4 of 4 SUCCESS");
      expect(program.output().match(/Connected on socket/g)).toHaveLength(1);
    });
  });
});
