import { describe, expect, test } from "vitest";
import { containing } from "../test-support/fake-platform.ts";
import { explain, TransportError, withoutQuery, wrongRevision } from "./connect-error.ts";

const url = "http://h/socket.io/";

describe("a failure is explained", () => {
  test.each([
    ["an error of the platform", { error: new Error("write EPIPE") }, `Cannot reach "${url}": write EPIPE`],
    ["nothing at all", {}, "no answer came"],
    ["a reason of our own", { reason: "too slow" }, "too slow"],
    ["a wrong path", { status: 404, body: "Not found" }, 'answered 404: "Not found"; nothing is served there'],
    ["a broken proxy", { status: 502, body: "" }, "answered 502; the server, or a proxy before it, failed"],
    ["a known status", { status: 413 }, "maxHttpBufferSize"],
    ["an unknown status", { status: 418, body: new Uint8Array(1) }, "answered 418"],
  ])("%s", (_rule, failure, part) => {
    expect(explain({ url, ...failure })).toContain(part);
  });

  test("with no more of a body than helps", () => {
    const text = explain({ url, status: 500, body: "x".repeat(10_000) });
    expect(text.length).toBeLessThan(300);
  });
});

describe("TransportError", () => {
  test("has upstream's message and type, and ours as the hint and the cause", () => {
    const error = new TransportError("xhr poll error", { url, status: 404, body: "no" });
    expect(error).toMatchObject({ message: "xhr poll error", type: "TransportError", description: 404 });
    expect(error.context).toEqual({ status: 404, responseText: "no" });
    expect(error.cause).toMatchObject({ message: error.hint });
  });

  test("without an answer has the platform's error as its description", () => {
    const refused = new Error("refused");
    const error = new TransportError("websocket error", { url, error: refused });
    expect(error.description).toBe(refused);
    expect(error.context).toBeUndefined();
  });

  test("without a text body has an empty one", () => {
    const error = new TransportError("xhr poll error", { url, status: 500, body: new Uint8Array(1) });
    expect(error.context?.responseText).toBe("");
  });
});

test("a server of another generation is named in the words that programs look for", () => {
  expect([wrongRevision(4, "protocol"), wrongRevision(3, "protocol"), wrongRevision(3, "parser")]).toEqual([
    containing("server in v2.x"),
    containing("allowEIO3"),
    containing("hand in one for that generation"),
  ]);
});

test.each([
  [new TypeError("Invalid URL: 'http://h/?a=1&b=2' is bad"), "Invalid URL: 'http://h/?…' is bad"],
  ["refused ws://h/?token=secret", "refused ws://h/?…"],
])("what a platform throws is told without the query: %s", (thrown, message) => {
  expect(withoutQuery(thrown)).toEqual(new Error(message));
});
