import { expect, test } from "vitest";
import { upgradeAnswer } from "./fountain.ts";

const REQUEST =
  "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

test("an upgrade is answered with what the key asks for, as RFC 6455 works it out", () => {
  expect(upgradeAnswer(REQUEST, "/socket.io/?EIO=4")).toContain(
    "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
  );
});

test("an upgrade of another revision is not answered", () => {
  expect(upgradeAnswer(REQUEST, "/socket.io/?EIO=3")).toBeUndefined();
});

test("a request without a key is not answered", () => {
  expect(upgradeAnswer("GET /socket.io/?EIO=4 HTTP/1.1\r\n\r\n", "/socket.io/?EIO=4")).toBeUndefined();
});
