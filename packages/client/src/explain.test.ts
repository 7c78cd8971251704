import { describe, expect, test } from "vitest";
import { codeOfAnswer, type Failure, TransportError, webSocketClosed } from "./connect-error.ts";
import { explain } from "./explain.ts";

const url = "http://h/socket.io/";

function sentence(failure: Partial<Failure>, message = "xhr poll error"): string {
  const { status = 0, body = "" } = failure;
  return explain(new TransportError(message, { url, code: codeOfAnswer({ status, body }), ...failure }));
}

describe("a failure is explained", () => {
  test.each<[string, Partial<Failure>, string]>([
    [
      "an error of the platform",
      { error: new Error("write EPIPE"), code: "NETWORK_ERROR" },
      `Cannot reach "${url}": write EPIPE; check the network`,
    ],
    [
      "an error of several addresses",
      { error: { code: "ECONNREFUSED" }, code: "CONNECTION_REFUSED" },
      ": ECONNREFUSED; ",
    ],
    ["nothing at all", { code: "CONNECTION_REFUSED" }, `Cannot reach "${url}": check that the server runs`],
    ["a time without an answer", { code: "TIMEOUT", detail: 300 }, "no answer came within 300 ms; "],
    ["a time of the platform's", { code: "TIMEOUT", error: new Error("ETIMEDOUT") }, ": ETIMEDOUT; "],
    ["a wrong path", { status: 404, body: "Not found" }, 'answered 404: "Not found"; nothing is served there'],
    ["a broken proxy", { status: 502, body: "" }, "answered 502; the server, or a proxy before it, failed"],
    ["a known status", { status: 413 }, "maxHttpBufferSize"],
    ["an unknown status", { status: 418, body: new Uint8Array(1) }, "answered 418; "],
    [
      "an answer of another kind of server",
      { status: 200, body: "<p>", code: "NOT_SOCKET_IO", error: new SyntaxError("no packet") },
      'answered 200: "<p>"; no Socket.IO server answers there; check the host, and the option "path" on both sides: no packet',
    ],
    [
      "a first message of another kind of server",
      { url: "ws://h/", code: "NOT_SOCKET_IO", error: new SyntaxError("no packet") },
      'Cannot use "ws://h/": no Socket.IO server answers there',
    ],
  ])("%s", (_rule, failure, part) => {
    expect(sentence(failure)).toContain(part);
  });

  test("a connection that took too long", () => {
    expect(sentence({ code: "TIMEOUT", detail: 600 }, "timeout")).toContain("no connection within 600 ms; ");
  });

  test.each([
    [
      "protocol 4",
      'server in v2.x, but the option "protocol" holds this client to the other protocol; leave it out, or set it to 3',
    ],
    ["protocol 3", "allowEIO3"],
    ["parser 3", "hand in one for that generation"],
    [undefined, "speaks another revision"],
  ])("a revision that was refused, with %s", (detail, part) => {
    expect(sentence({ code: "REVISION_REFUSED", ...(detail !== undefined && { detail }) })).toContain(part);
  });

  test("with no more of a body than helps", () => {
    expect(sentence({ status: 500, body: "x".repeat(10_000) }).length).toBeLessThan(300);
  });

  test("the details of an end", () => {
    expect(explain(webSocketClosed(1006, ""))).toMatch(/^websocket connection closed; the connection broke/);
  });

  test("an error that names no address", () => {
    expect(explain({ message: "Invalid namespace", code: "NAMESPACE_UNKNOWN" })).toMatch(
      /^Invalid namespace; the server/,
    );
  });

  test.each([
    [new Error("mine"), "mine"],
    [{ message: "mine", code: "toString" }, "mine"],
    [{ description: "network connection lost" }, "network connection lost"],
    [{}, ""],
  ])("anything else by its own words: %s", (failure, text) => {
    expect(explain(failure)).toBe(text);
  });
});
