import { expect, test } from "vitest";
import { readFrames } from "./frames.ts";
import {
  binaryEchoFrames,
  body,
  echoFrames,
  getRequest,
  joinFrame,
  NEWS,
  namespaceFrames,
  newsFrames,
  postRequest,
  publishFrame,
  serveFrame,
  sidOf,
  target,
  welcome,
} from "./speech.ts";

const KEY = [0x12, 0x34, 0x56, 0x78];

/** The client's messages in the buffer, unmasked, as "opcode:bytes". */
function said(bytes: Buffer): readonly string[] {
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const short = bytes.readUInt8(at + 1) & 0x7f;
    const start = at + (short === 126 ? 4 : 2) + KEY.length;
    const end = start + (short === 126 ? bytes.readUInt16BE(at + 2) : short);
    const payload = bytes.subarray(start, end).map((byte, i) => byte ^ (KEY[i % KEY.length] ?? 0));
    found.push(`${bytes.readUInt8(at) & 0x0f}:${Buffer.from(payload).toString("latin1")}`);
    at = end;
  }
  return found;
}

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

test("an event with bytes is its text and the attachment; a bare WebSocket has the bytes alone", () => {
  const placeholder = '1:451-1["echo",{"_placeholder":true,"num":0}]';
  expect(said(binaryEchoFrames("socket.io 5", 5))).toEqual([placeholder, "2:bytes"]);
  expect(said(binaryEchoFrames("socket.io 4", 5))).toEqual([placeholder, "2:\u0004bytes"]);
  expect(said(binaryEchoFrames("raw", 5))).toEqual(["2:bytes"]);
});

test("the server is called by an event, and by plain words where it knows no events", () => {
  expect(said(publishFrame("socket.io 5", 10, 0))).toEqual(['1:42["publish",10,0]']);
  expect(said(publishFrame("socket.io 4", 1, 1024, 7))).toEqual(['1:42["publish",1,1024,7]']);
  expect(said(publishFrame("raw", 1, 0, 7))).toEqual(["1:publish 1 0 7"]);
  expect(said(joinFrame("socket.io 5", 3, 2, 10))).toEqual(['1:421["join",3,2,10]']);
  expect(said(serveFrame("socket.io 5", 7))).toEqual(['1:421["serve",7]']);
});

test("in a namespace its path comes before the id", () => {
  const { join, echo } = namespaceFrames(7);
  expect(said(join)).toEqual(["1:40/n7,"]);
  expect(said(echo)).toEqual(['1:42/n7,1["echo",{"id":12345,"name":"hello world","ok":true}]']);
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
