import { expect, test } from "vitest";
import { resolveOptions } from "./options.ts";
import { readBytes, readNumber } from "./rows.ts";

test.each([
  [{ channelPrefix: "" }, /^Cannot use the channelPrefix "": it has 1 to 18/],
  [{ channelPrefix: "a.b" }, /channelPrefix "a.b"/],
  [{ schema: "" }, /as a name in PostgreSQL/],
  [{ tables: { log: "ż".repeat(30) } }, /^Cannot use the table name/],
  [{ logMaxEntries: 0 }, /^Cannot use the option logMaxEntries "0": it is a whole number, and at least 1/],
  [{ answerTimeoutMs: 1.5 }, /answerTimeoutMs/],
  [{ maxPoolConnections: 0 }, /maxPoolConnections/],
])("options that make no sense are refused: %j", (options, message) => {
  expect(() => resolveOptions(options)).toThrow(message);
});

test("names of tables and indexes are in quotes, and tables in their schema", () => {
  const { tables, indexes } = resolveOptions({ schema: 'a"b', tables: { log: "events" } });
  expect([tables.log, tables.store, indexes.log]).toEqual([
    '"a""b"."events"',
    '"a""b"."bowline_store"',
    '"events_by_age"',
  ]);
});

test("an option that is undefined is left out", () => {
  const options: object = { logMaxEntries: undefined };
  expect(resolveOptions(options).logMaxEntries).toBe(100_000);
});

test.each([undefined, null, 3, {}, { n: "x" }, { n: "1.5" }, { n: null }])("%j has no number", (row) => {
  expect(() => readNumber(row, "n")).toThrow('Cannot read "n" of a row: it is no whole number');
});

test("a row has numbers as texts or numbers, and bytes", () => {
  const row = { text: "12", number: 12, bytes: Uint8Array.of(1) };
  expect([readNumber(row, "text"), readNumber(row, "number"), readBytes(row, "bytes")]).toEqual([
    12,
    12,
    Uint8Array.of(1),
  ]);
  expect(() => readBytes(row, "text")).toThrow("is the type bytea read by a parser of the program?");
});
