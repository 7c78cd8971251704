import { describe, expect, test } from "vitest";
import { apiDialect } from "./api-dialect.ts";

const programs2 = apiDialect({ compat: 2 });
const programs4 = apiDialect({ compat: 4 });

test("a program that says nothing is taken for one of 4.x", () => {
  expect([apiDialect({}), apiDialect({ compat: "auto" })]).toEqual([programs4, programs4]);
});

describe("programs of 2.x", () => {
  test.each([
    "connect",
    "connect_error",
    "connect_timeout",
    "connecting",
    "disconnect",
    "error",
    "reconnect",
    "reconnect_attempt",
    "reconnect_failed",
    "reconnect_error",
    "reconnecting",
    "ping",
    "pong",
  ])("tell %s to their own listeners", (event) => {
    expect(programs2.isLocal(event)).toBe(true);
  });

  test("send the names that were reserved later", () => {
    expect(["disconnecting", "newListener", "removeListener"].map((event) => programs2.isLocal(event))).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("know a failure of open() as one error, with the reason in it", () => {
    const reason = new Error("xhr poll error");
    expect(programs2.openError(reason)).toMatchObject({ message: "Connection error", data: reason });
  });
});

describe("programs of 4.x", () => {
  test("may send names that were reserved before", () => {
    expect([programs4.isLocal("error"), programs4.isLocal("ping"), programs4.isLocal(Symbol("x"))]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("must not emit what the library tells", () => {
    expect(() => programs4.isLocal("newListener")).toThrow('"newListener" is a reserved event name');
  });

  test("get the reason itself where open() failed", () => {
    const reason = new Error("xhr poll error");
    expect([programs4.openError(reason), programs4.openError("timeout").message]).toEqual([reason, "timeout"]);
  });
});
