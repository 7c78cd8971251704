// Rules of the opening handshake, by RFC 6455, 4.2.
import { describe, expect, it } from "vitest";
import { judgeHandshake, switchingProtocols } from "./handshake.ts";

const GOOD = {
  upgrade: "websocket",
  "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version": "13",
};

function judge(
  headers: Readonly<Record<string, string | undefined>>,
  method = "GET",
): ReturnType<typeof judgeHandshake> {
  const all: Readonly<Record<string, string | undefined>> = { ...GOOD, ...headers };
  return judgeHandshake({ method, header: (name) => all[name] });
}

describe("a request to become a WebSocket", () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ["as the RFC has it", {}],
    ["with the name in capitals", { upgrade: "WebSocket" }],
    ["of the last draft", { "sec-websocket-version": "8" }],
    ["with extensions", { "sec-websocket-extensions": "permessage-deflate, ;;" }],
  ])("%s is accepted", (_, headers) => {
    expect(judge(headers)).toEqual({ is: "accepted", key: GOOD["sec-websocket-key"], protocol: undefined });
  });

  it.each([
    ["chat", "chat"],
    ["b , a", "b"],
  ])("with the subprotocols %s gets the first", (list, protocol) => {
    expect(judge({ "sec-websocket-protocol": list })).toMatchObject({ is: "accepted", protocol });
  });

  it.each(["", "a,", "a, a", "a b", "a;b", `${" ".repeat(12_000)}a b`])(
    "with the subprotocols %j is refused",
    (list) => {
      expect(judge({ "sec-websocket-protocol": list })).toMatchObject({
        status: 400,
        text: "Invalid Sec-WebSocket-Protocol header",
      });
    },
  );

  it.each<[string, string | undefined, string]>([
    ["upgrade", undefined, "Invalid Upgrade header"],
    ["upgrade", "websocket, h2c", "Invalid Upgrade header"],
    ["sec-websocket-key", undefined, "Missing or invalid Sec-WebSocket-Key header"],
    ["sec-websocket-key", "x", "Missing or invalid Sec-WebSocket-Key header"],
    ["sec-websocket-key", `${GOOD["sec-websocket-key"]}, x`, "Missing or invalid Sec-WebSocket-Key header"],
  ])("with the header %s: %s is refused", (name, value, text) => {
    expect(judge({ [name]: value })).toEqual({ is: "refused", status: 400, text });
  });

  it.each([undefined, "12", "13, 99"])("of version %s is told which there are (4.4)", (version) => {
    expect(judge({ "sec-websocket-version": version })).toEqual({
      is: "refused",
      status: 400,
      text: "Missing or invalid Sec-WebSocket-Version header",
      header: "Sec-WebSocket-Version: 13, 8",
    });
  });

  it("is one of GET", () => {
    expect(judge({}, "POST")).toEqual({ is: "refused", status: 405, text: "Invalid HTTP method" });
  });
});

describe("the answer that completes a handshake", () => {
  it("has the hash, the subprotocol, and what the program adds", () => {
    expect(switchingProtocols("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "chat", ["Set-Cookie: a=b"]).split("\r\n")).toEqual([
      "HTTP/1.1 101 Switching Protocols",
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
      "Sec-WebSocket-Protocol: chat",
      "Set-Cookie: a=b",
      "",
      "",
    ]);
  });

  it("has nothing that was not asked for", () => {
    expect(switchingProtocols("x", undefined, [])).not.toContain("Protocol:");
  });
});
