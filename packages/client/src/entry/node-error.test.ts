import { describe, expect, test } from "vitest";
import { codeOfNodeError, codeOfRefusal } from "./node-error.ts";

test.each([
  ["a refused connection", "ECONNREFUSED", "CONNECTION_REFUSED"],
  ["a connection that was hung up", "ECONNRESET", "CONNECTION_RESET"],
  ["an unknown host", "ENOTFOUND", "HOST_UNKNOWN"],
  ["no route", "EHOSTUNREACH", "HOST_UNREACHABLE"],
  ["a certificate of its own", "DEPTH_ZERO_SELF_SIGNED_CERT", "TLS_UNTRUSTED"],
  ["a port without TLS", "EPROTO", "TLS_NOT_SPOKEN"],
  ["what is no HTTP", "HPE_INVALID_CONSTANT", "NOT_SOCKET_IO"],
  ["another error", "EWHATEVER", "NETWORK_ERROR"],
  ["no code", undefined, "NETWORK_ERROR"],
])("%s has its name", (_rule, code, name) => {
  expect(codeOfNodeError({ code })).toBe(name);
});

test("nothing at all is an error of the network", () => {
  expect(codeOfNodeError(undefined)).toBe("NETWORK_ERROR");
});

describe("an answer in the place of a WebSocket", () => {
  test.each([
    ["a page", 200, "<!doctype html>", "UPGRADE_SWALLOWED"],
    ["the wish for an upgrade", 426, "", "UPGRADE_SWALLOWED"],
    ["a server that saw a plain request", 400, '{"code":3,"message":"Bad request"}', "UPGRADE_SWALLOWED"],
    ["a server that does not know the session", 400, '{"code":1}', undefined],
    ["a server that says so in words", 400, "Session ID unknown", "SESSION_UNKNOWN"],
    ["a wrong path", 404, "", undefined],
  ])("%s has its name", (_rule, status, body, code) => {
    expect(codeOfRefusal({ status, body }, true)).toBe(code);
  });
});

describe("an answer to a poll", () => {
  test.each([
    ["a redirection", 301, "", "REDIRECTED"],
    ["a port for TLS", 400, "Client sent an HTTP request to an HTTPS server.", "TLS_REQUIRED"],
    ["a bad request", 400, '{"code":3}', undefined],
    ["bytes", 400, new Uint8Array(1), undefined],
    ["the wish for an upgrade", 426, "", undefined],
  ])("%s has its name", (_rule, status, body, code) => {
    expect(codeOfRefusal({ status, body }, false)).toBe(code);
  });
});
