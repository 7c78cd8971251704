import { expect, test } from "vitest";
import { readFrames } from "./frames.ts";
import { body, echoFrames, getRequest, NEWS, newsFrames, postRequest, sidOf, target, welcome } from "./speech.ts";

/** The first two characters of each message in the buffer. */
function beginnings(bytes: Buffer): readonly string[] {
  const found: string[] = [];
  readFrames(bytes, 0, bytes.length, {
    frame: (_opcode, within, start) => found.push(within.toString("latin1", start, start + 2)),
  });
  return found;
}

test("a session is asked for in the revision of its protocol, and later by its id", () => {
  expect([
    target("socket.io 5", "polling"),
    target("socket.io 4", "websocket", "abc"),
    target("raw", "websocket"),
  ]).toEqual(["/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=3&transport=websocket&sid=abc", "/"]);
});

test("a polling body of revision 3 tells the packet's length", () => {
  expect([body("socket.io 4", "40"), body("socket.io 5", "40")]).toEqual(["2:40", "40"]);
});

test("a request with a body tells its length", () => {
  expect(postRequest(80, "/p", "40").toString()).toBe(
    "POST /p HTTP/1.1\r\nHost: 127.0.0.1:80\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: 2\r\n\r\n40",
  );
});

test("a poll is a request without a body", () => {
  expect(getRequest(80, "/p").toString()).toBe("GET /p HTTP/1.1\r\nHost: 127.0.0.1:80\r\nAccept: */*\r\n\r\n");
});

test("the session id is found in the answer to a handshake, where there is one", () => {
  expect([sidOf('0{"sid":"abc","upgrades":[]}'), sidOf('{"code":1}')]).toEqual(["abc", undefined]);
});

test("several events are one buffer of as many frames", () => {
  const frames = echoFrames(3);
  expect(frames.map((buffer) => buffer.length / (frames[1]?.length ?? 0))).toEqual([0, 1, 2, 3]);
});

test("the fountain opens the session, and joins a client of 4.x when it asks and one of 2.x unasked", () => {
  expect(
    [welcome("socket.io 5", 1), welcome("socket.io 4", 1)].map(({ atOnce, afterConnect }) => [
      beginnings(atOnce),
      beginnings(afterConnect),
    ]),
  ).toEqual([
    [["0{"], ["40"]],
    [["0{", "40"], []],
  ]);
});

test("the fountain greets a bare WebSocket with nothing", () => {
  expect(Object.values(welcome("raw", 1)).map((bytes: Buffer) => bytes.length)).toEqual([0, 0]);
});

test("what the fountain pours are frames of an event that counts as one", () => {
  expect(beginnings(newsFrames(3))).toEqual(["42", "42", "42"]);
  expect(JSON.parse(NEWS.slice(2))).toEqual(["news", { id: 1, text: "hello" }]);
});
