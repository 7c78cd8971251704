import { expect, test } from "vitest";
import { readAnswer } from "./http.ts";

test("reads status and body by Content-Length, and says where the next answer begins", () => {
  const text = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nokHTTP/1.1";
  expect(readAnswer(text)).toEqual({ status: 200, body: "ok", end: text.length - 8 });
});

test("header names are found in any case", () => {
  expect(readAnswer("HTTP/1.1 400 Bad Request\r\ncontent-length:1\r\n\r\nx")?.status).toBe(400);
});

test("joins chunks", () => {
  const text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
  expect(readAnswer(text)).toEqual({ status: 200, body: "abc", end: text.length });
});

test.each([
  ["a head that has not ended", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"],
  ["a body that is short", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"],
  ["a chunk that is short", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"],
  ["a chunk without its length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5"],
])("waits for more after %s", (_what, text) => {
  expect(readAnswer(text)).toBeUndefined();
});

test("an answer without a body ends with its head", () => {
  const text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
  expect(readAnswer(text)).toEqual({ status: 101, body: "", end: text.length });
});

test("refuses what is no HTTP", () => {
  expect(() => readAnswer("nonsense\r\n\r\n")).toThrow(SyntaxError);
});
