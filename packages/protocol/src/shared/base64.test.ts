// Rules of base64: of our own tables, and of what browsers get instead.
import { describe, expect, test } from "vitest";
import * as tables from "./base64.ts";
import * as web from "./base64-web.ts";
import { base64Length } from "./bytes.ts";

describe.each([
  ["by tables", tables],
  ["of the web", web],
])("base64 %s", (_name, { decodeBase64, encodeBase64 }) => {
  test.each([
    ["", []],
    ["AA==", [0]],
    ["AQI=", [1, 2]],
    ["AQID", [1, 2, 3]],
    ["AQIDBA==", [1, 2, 3, 4]],
    ["+/+/774=", [0xfb, 0xff, 0xbf, 0xef, 0xbe]],
    ["////", [255, 255, 255]],
  ])("writes and reads %j", (text, bytes) => {
    expect(encodeBase64(Uint8Array.from(bytes))).toBe(text);
    expect([...decodeBase64(text)]).toEqual(bytes);
    expect(base64Length(bytes.length)).toBe(text.length);
  });

  test.each([
    ["AQ", [1]],
    ["AQ=", [1]],
    ["AQI", [1, 2]],
    ["AQIDBA", [1, 2, 3, 4]],
  ])("reads %j with padding missing", (text, bytes) => {
    expect([...decodeBase64(text)]).toEqual(bytes);
  });

  test("starts where it is told to", () => {
    expect([...decodeBase64("b4AQI=", 2)]).toEqual([1, 2]);
    expect([...decodeBase64("b==", 3)]).toEqual([]);
  });

  test.each([
    "A",
    "AAAAA",
    "====",
    "=",
    "==",
    "AQID=",
    "AQI==",
    "AQ===",
    "A=ID",
    "AQ==AQ==",
    "AQI!",
    "!QID",
    "A!",
    "!A",
    "AQIDA!",
    "AQIDAA!",
    "AQ ID",
    "AQ_D",
    "AQ==\n",
    "AQID\n",
    "-_8=",
    "AQI\u00e9",
    "AQI\u0141",
    "\ud83d\ude00AA",
  ])("refuses %j", (text) => {
    expect(() => decodeBase64(text)).toThrow(SyntaxError);
  });
});
