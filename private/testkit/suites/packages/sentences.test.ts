// Production builds for browsers carry the numbers of error sentences; everybody else reads the sentences.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { numbersOf, shorten } from "../../../../tools/sentences.mjs";

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ["Cannot stop it now: {0}", 7],
  ["Cannot start it: it runs", 8],
  ["it is {0} of {1}", 9],
]);

const HERE: string = fileURLToPath(new URL(".", import.meta.url));

/** What a program hears when it decodes an unknown packet, under conditions of a bundler. */
async function messageUnder(...conditions: readonly string[]): Promise<string> {
  const code =
    'import { eio4 } from "@bowline/protocol"; try { eio4.decodePacket("9"); } catch (error) { console.log(error.message); }';
  const flags = conditions.map((condition) => `--conditions=${condition}`);
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, "--input-type=module", "--eval", code], {
    cwd: HERE,
  });
  return stdout.trim();
}

describe("numbers for sentences", () => {
  test("a sentence becomes its number and its values, on the same columns", () => {
    const source = "const a = new Error(`Cannot stop it now: $" + "{why(1)}`), b = 1;";
    const short = shorten(source, NUMBERS);
    expect(short).toHaveLength(source.length);
    expect(short.replaceAll(/ +(?=\))/g, "")).toBe("const a = new Error(`Bowline error 7: $" + "{why(1)}`), b = 1;");
  });

  test("the reason of a refusal becomes its number", () => {
    const source = 'throw packetRefusal(short ? "Cannot start it: it runs" : `it is $' + "{a} of $" + "{b}`);";
    expect(shorten(source, NUMBERS).replaceAll(/ +(?=[:)])/g, "")).toBe(
      'throw packetRefusal(short ? "Bowline error 8": `9: $' + "{a}, $" + "{b}`);",
    );
  });

  test("a sentence that is joined of two lines is one, and stays on its lines", () => {
    const short = shorten('say("Cannot stop it " +\n  `now: $' + "{why}`);", NUMBERS);
    expect(short.split("\n")).toHaveLength(2);
    expect(short.replaceAll(/\s+(?=\))/g, "")).toBe("say(`Bowline error 7: $" + "{why}`);");
  });

  test.each(['tell("it is {0} of {1}")', 'throw new Error("xhr poll error")', 'refusal("Cannot be known")'])(
    "everything else stays: %s",
    (source) => {
      expect(shorten(source, NUMBERS)).toBe(source);
    },
  );

  test("numbers are read from the rows of a table", () => {
    expect(numbersOf("| number | sentence |\n|---:|---|\n| 7 | Cannot stop it now: {0} |\n")).toEqual(
      new Map([["Cannot stop it now: {0}", 7]]),
    );
  });

  test("Node and bundlers in development read the sentence, production builds for browsers the number", async () => {
    const sentence = "Cannot decode the packet: its type is unknown";
    await expect(messageUnder()).resolves.toBe(sentence);
    await expect(messageUnder("browser", "development")).resolves.toBe(sentence);
    await expect(messageUnder("browser")).resolves.toMatch(/^Bowline error \d+: \d+$/);
  });
});
