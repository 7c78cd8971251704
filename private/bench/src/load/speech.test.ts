import { expect, test } from "vitest";
import { body, echoFrames, getRequest, postRequest, sidOf, target } from "./speech.ts";

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
