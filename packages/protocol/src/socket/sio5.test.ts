// Rules of Socket.IO revision 5 above the codec.
import { describe, expect, test } from "vitest";
import { PacketType } from "./packet.ts";
import { sio5 } from "./sio5.ts";

const { CONNECT, CONNECT_ERROR } = PacketType;
const random = { bytes: (count: number) => new Uint8Array(count), fraction: () => 0 };

describe("a server of revision 5", () => {
  test("reads auth data from the packet", () => {
    const packet = { type: CONNECT, nsp: "/admin", data: { token: "t" } };
    expect(sio5.readConnect(packet)).toEqual({ namespace: "/admin", auth: { token: "t" }, query: {} });
  });

  test("takes a query for a part of the name", () => {
    expect(sio5.readConnect({ type: CONNECT, nsp: "/admin?x=1" }).namespace).toBe("/admin?x=1");
  });

  test.each([[undefined], [null], ["text"], [["list"]]])("reads no auth data from %j", (data) => {
    expect(sio5.readConnect({ type: CONNECT, nsp: "/", data }).auth).toEqual({});
  });

  test("says yes with the id of the socket", () => {
    expect(sio5.connected("/", { sid: "s" })).toEqual({ type: CONNECT, nsp: "/", data: { sid: "s" } });
    expect(sio5.connected("/", { sid: "s", pid: "p" }).data).toEqual({ sid: "s", pid: "p" });
  });

  test("hands on credentials that inherit nothing", () => {
    const { auth } = sio5.readConnect({ type: CONNECT, nsp: "/", data: JSON.parse('{"__proto__":{"admin":true}}') });
    expect([Object.getPrototypeOf(auth), Object.keys(auth), auth["toString"]]).toEqual([
      null,
      ["__proto__"],
      undefined,
    ]);
  });

  test("has no packet for an event that a middleware refused", () => {
    expect(sio5.eventRefused("/", { message: "no" })).toBeUndefined();
  });

  test("says no with an object", () => {
    const refused = { type: CONNECT_ERROR, nsp: "/a" };
    expect(sio5.refused("/a", { message: "no" })).toEqual({ ...refused, data: { message: "no" } });
    expect(sio5.refused("/a", { message: "no", data: 7 })).toEqual({ ...refused, data: { message: "no", data: 7 } });
  });

  test("makes socket ids that say nothing about the session", () => {
    expect(sio5.socketId("/admin", "abc", random)).toBe("AAAAAAAAAAAAAAAAAAAA");
  });
});

describe("a client of revision 5", () => {
  test("asks for a namespace with its auth data and never with the query", () => {
    expect(sio5.connect("/a", { token: "t" }, "x=1")).toEqual({ type: CONNECT, nsp: "/a", data: { token: "t" } });
    expect(sio5.connect("/a", {}, "x=1")).toEqual({ type: CONNECT, nsp: "/a" });
  });

  test("asks for its session back, and lets the program's own members win", () => {
    const claim = { pid: "p", offset: "o" };
    expect(sio5.connect("/", {}, "", claim).data).toEqual(claim);
    expect(sio5.connect("/", { token: "t", pid: "own" }, "", claim).data).toEqual({
      pid: "own",
      offset: "o",
      token: "t",
    });
  });

  test.each([
    ["the id", { sid: "s" }, { sid: "s" }],
    ["no id that is no text", { sid: 1 }, {}],
    ["the private id of the session", { sid: "s", pid: "p" }, { sid: "s", pid: "p" }],
    ["no private id that is no text", { sid: "s", pid: 1 }, { sid: "s" }],
    ["that all events have offsets", { sid: "s", pid: "bwl_p" }, { sid: "s", pid: "bwl_p", offsets: true }],
    ["no id that is inherited", Object.create({ sid: "s" }), {}],
    ["nothing from absent data", undefined, {}],
  ])("reads %s", (_name, data: unknown, reply) => {
    expect(sio5.readReply({ type: CONNECT, nsp: "/", data }, "session")).toEqual(reply);
  });

  test.each([
    ["an object", { message: "no" }, { message: "no" }],
    ["an object with data", { message: "no", data: { code: 1 } }, { message: "no", data: { code: 1 } }],
    ["a text as the message", "no", { message: "no" }],
    ["an object without message as nothing said", { code: 1 }, { message: "" }],
    ["a message that is no text as nothing said", { message: 1 }, { message: "" }],
    ["absent data as nothing said", undefined, { message: "" }],
  ])("reads %s", (_name, data, refusal) => {
    expect(sio5.readRefusal({ type: CONNECT_ERROR, nsp: "/", data })).toEqual(refusal);
  });
});

test("revision 5 asks for every namespace", () => {
  expect(sio5).toMatchObject({ revision: 5, joinsMainNamespaceByItself: false });
  expect(sio5.parser.protocol).toBe(5);
});
