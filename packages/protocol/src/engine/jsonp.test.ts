// Rules of JSONP: scripts for the client, forms for the server.
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { decodeJsonp, encodeJsonp, encodeJsonpField, encodeJsonpForm } from "./jsonp.ts";

const SEED = { seed: 7 };
const anyText = fc.string({ unit: "binary", maxLength: 60 });
/** Texts made of what the escaping is about. */
const awkwardText = fc
  .array(fc.constantFrom("\\", "n", "\n", "\r", "a", "%", "+", "&", "d", "=", "é", "😀", "\u2028"), { maxLength: 20 })
  .map((parts) => parts.join(""));

/** What the script of a response calls, with which texts. */
function run(script: string): unknown[] {
  const calls: unknown[] = [];
  const functions = new Proxy({}, { get: () => (payload: unknown) => calls.push(payload) });
  runInNewContext(script, { ___eio: functions });
  return calls;
}

describe("a response", () => {
  test.each([
    ["7", '___eio[7]("2:4a");'],
    ["12abc", '___eio[12]("2:4a");'],
    ["0](alert(1))//", '___eio[01]("2:4a");'],
    ["١", '___eio[]("2:4a");'],
    ["", '___eio[]("2:4a");'],
  ])("calls the function of the digits in %j", (index, script) => {
    expect(encodeJsonp("2:4a", index)).toBe(script);
  });

  test("holds no line terminator", () => {
    const script = encodeJsonp("\n\r\u2028\u2029", "0");
    expect(script).toBe('___eio[0]("\\n\\r\\u2028\\u2029");');
  });

  test("hands the payload to the function as it was", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, awkwardText), (payload) => {
        expect(run(encodeJsonp(payload, "0"))).toEqual([payload]);
      }),
      SEED,
    );
  });
});

describe("a form", () => {
  test.each([
    ["d=2%3A4a", "2:4a"],
    ["d=4a+b", "4a b"],
    ["a=1&d=4z&e=2", "4z"],
    ["%64=4z", "4z"],
    ["d=", ""],
    ["d", ""],
    ["d=a=b", "a=b"],
    ["d=%C3%A9%f0%9f%98%80", "é😀"],
  ])("%j brings the payload %j", (form, payload) => {
    expect(decodeJsonp(form)).toBe(payload);
  });

  test.each(["&", "a&", "%65=1&"])("of a thousand fields %j stalls nobody: only the payload is decoded", (field) => {
    const encoded = vi.spyOn(TextEncoder.prototype, "encode");
    onTestFinished(() => encoded.mockRestore());
    expect(decodeJsonp(`${field.repeat(1000)}d=4a`)).toBe("4a");
    expect(encoded).toHaveBeenCalledTimes(1);
  });

  test.each(["", "x=1", "dd=1", "d=4a&d=4b", "d=4a&x=1&%64=4b", "&&", "D=1"])("%j brings no payload", (form) => {
    expect(decodeJsonp(form)).toBeUndefined();
  });

  test.each([
    ["d=%", "%"],
    ["d=%4", "%4"],
    ["d=%zz%4g%g4", "%zz%4g%g4"],
    ["d=%%41", "%A"],
    ["d=%ff", "\ufffd"],
  ])("%j with broken escapes is read as browsers read it", (form, payload) => {
    expect(decodeJsonp(form)).toBe(payload);
  });

  test.each([
    ["\\n", "\n"],
    ["\\\\n", "\\n"],
    ["\\\\\\n", "\\\\n"],
    ["a\\nb\\nc", "a\nb\nc"],
    ["\\", "\\"],
    ["\\r", "\\r"],
    ["\\\\", "\\\\"],
    ["\\n\\\\n\\n", "\n\\n\n"],
  ])("spells newlines out: the field %j is %j", (field, payload) => {
    expect(decodeJsonp(`d=${encodeURIComponent(field)}`)).toBe(payload);
  });

  test.each([
    ["a\nb", "a\\nb"],
    ["\\n", "\\\\n"],
    ["a\\\\nb", "a\\\\\\nb"],
    ["\r\n", "\r\\n"],
  ])("has for %j the field %j", (payload, field) => {
    expect(encodeJsonpField(payload)).toBe(field);
  });

  test("brings U+FFFD for a lone surrogate", () => {
    expect(encodeJsonpForm("4\ud83d")).toBe("d=4%EF%BF%BD");
  });

  test("brings the payload as it was, but for a backslash in front of a newline", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, awkwardText), (payload) => {
        expect(decodeJsonp(encodeJsonpForm(payload))).toBe(
          payload.replaceAll(/\\+\n/g, (run) => `${run.slice(0, -1)}n`),
        );
      }),
      { ...SEED, numRuns: 500 },
    );
  });

  test("is never refused", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, awkwardText), (form) => {
        expect(typeof decodeJsonp(form)).toMatch(/^(?:string|undefined)$/);
      }),
      SEED,
    );
  });
});
