import { describe, expect, test } from "vitest";
import {
  coded,
  codeOfAnswer,
  TransportError,
  webSocketClosed,
  withoutQuery,
  wrongGeneration,
} from "./connect-error.ts";

const url = "http://h/socket.io/";
const ws = "ws://h/socket.io/";

describe("an answer has a code", () => {
  test.each([
    ["a server that does not serve the transport", 400, '{"code":0}', "TRANSPORT_REFUSED"],
    ["a server that does not know the session", 400, '{"code":1,"message":"Session ID unknown"}', "SESSION_UNKNOWN"],
    ["a handshake by POST", 400, '{"code":2}', "BAD_REQUEST"],
    ["a bad request", 400, '{"code":3}', "BAD_REQUEST"],
    ["allowRequest", 403, '{"code":4,"message":"Forbidden"}', "FORBIDDEN"],
    ["a server that refuses the revision", 400, '{"code":5}', "REVISION_REFUSED"],
    ["a number that nobody knows", 400, '{"code":77}', "BAD_REQUEST"],
    ["a number in an answer that is no refusal of ours", 404, '{"code":1}', "PATH_NOT_FOUND"],
    ["another kind of server", 400, "what?", "BAD_REQUEST"],
    ["missing credentials", 401, "", "UNAUTHORIZED"],
    ["a proxy's refusal", 403, "no", "FORBIDDEN"],
    ["a limit", 413, "", "PAYLOAD_TOO_LARGE"],
    ["a broken proxy", 502, "", "SERVER_FAILED"],
    ["a status without use", 204, "", "STATUS_UNEXPECTED"],
  ])("of %s", (_rule, status, body, code) => {
    expect(codeOfAnswer({ status, body })).toBe(code);
  });

  test("of bytes as well", () => {
    expect(codeOfAnswer({ status: 400, body: new Uint8Array(1) })).toBe("BAD_REQUEST");
  });
});

describe("TransportError", () => {
  test("has upstream's message, type, description and context", () => {
    const error = new TransportError("xhr poll error", { url, status: 404, body: "no", code: "PATH_NOT_FOUND" });
    expect(error).toMatchObject({ message: "xhr poll error", type: "TransportError", description: 404, name: "Error" });
    expect(error.context).toEqual({ status: 404, responseText: "no" });
  });

  test("of polling without an answer has the status 0, and the platform's error as its text and its cause", () => {
    const refused = new Error("refused");
    const error = new TransportError("xhr poll error", { url, error: refused, code: "CONNECTION_REFUSED" });
    expect([error.description, error.context]).toEqual([0, { status: 0, responseText: "Error: refused" }]);
    expect(error.cause).toBe(refused);
  });

  test("of polling without a word has an empty text", () => {
    const error = new TransportError("xhr poll error", { url, code: "TIMEOUT", detail: 5 });
    expect(error.context).toEqual({ status: 0, responseText: "" });
  });

  test("of a WebSocket has the platform's error as its description", () => {
    const refused = new Error("Unexpected server response: 404");
    expect(
      new TransportError("websocket error", { url: ws, error: refused, status: 404, code: "PATH_NOT_FOUND" })
        .description,
    ).toBe(refused);
    expect(new TransportError("websocket error", { url: ws, error: refused, code: "TIMEOUT" }).context).toBeUndefined();
  });

  test("of something else has what is known as its description", () => {
    expect(new TransportError("timeout", { url, code: "TIMEOUT" }).description).toBeUndefined();
  });

  test("with a body of bytes has an empty text", () => {
    const error = new TransportError("xhr poll error", {
      url,
      status: 500,
      body: new Uint8Array(1),
      code: "SERVER_FAILED",
    });
    expect(error.context?.responseText).toBe("");
  });

  test("has no sentence of its own", () => {
    expect("hint" in new TransportError("timeout", { url, code: "TIMEOUT" })).toBe(false);
  });
});

test("an error that has a code keeps it, and another one gets ours", () => {
  const theirs = Object.assign(new Error("x"), { code: "THEIRS" });
  expect([coded(theirs, "PARSE_ERROR").code, coded(new Error("x"), "PARSE_ERROR")]).toEqual([
    "THEIRS",
    Object.assign(new Error("x"), { code: "PARSE_ERROR" }),
  ]);
});

test.each([
  [1000, "CONNECTION_CLOSED"],
  [1006, "CONNECTION_LOST"],
  [1009, "PAYLOAD_TOO_LARGE"],
])("a WebSocket that is closed with %i is %s", (status, code) => {
  expect(webSocketClosed(status, "why")).toEqual({
    description: "websocket connection closed",
    context: { code: status, reason: "why" },
    code,
  });
});

test("a server of another generation is named in the words that programs look for", () => {
  expect([wrongGeneration(4), wrongGeneration(3)]).toEqual([
    "It seems you are trying to reach a Socket.IO server in v2.x",
    "It seems you are trying to reach a Socket.IO server in v3.x or v4.x",
  ]);
});

test.each([
  [new TypeError("Invalid URL: 'http://h/?a=1&b=2' is bad"), "Invalid URL: 'http://h/?…' is bad"],
  ["refused ws://h/?token=secret", "refused ws://h/?…"],
])("what a platform throws is told without the query: %s", (thrown, message) => {
  expect(withoutQuery(thrown)).toEqual(new Error(message));
});
