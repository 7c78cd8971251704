// Rules of Socket.IO revision 4 above the codec.
import { describe, expect, test } from "vitest";
import { PacketType } from "./packet.ts";
import { sio4 } from "./sio4.ts";

const { CONNECT, CONNECT_ERROR } = PacketType;
const random = { bytes: (count: number) => new Uint8Array(count), fraction: () => 0 };

describe("a server of revision 4", () => {
  test("reads the query of a namespace as auth data and as a query", () => {
    const { namespace, auth, query } = sio4.readConnect({ type: CONNECT, nsp: "/admin?token=a%20b&x=1&x=2" });
    expect(namespace).toBe("/admin");
    expect({ ...auth }).toEqual({ token: "a b", x: ["1", "2"] });
    expect(Object.getPrototypeOf(auth)).toBeNull();
    expect(query).toEqual(auth);
  });

  test("reads a namespace without query as no auth data", () => {
    const { namespace, auth } = sio4.readConnect({ type: CONNECT, nsp: "/admin" });
    expect(namespace).toBe("/admin");
    expect(Object.keys(auth)).toEqual([]);
  });

  test("says yes without any data", () => {
    expect(sio4.connected("/admin", { sid: "ignored" })).toEqual({ type: CONNECT, nsp: "/admin" });
  });

  test.each([
    ["the message", { message: "no" }, "no"],
    ["data that is an object", { message: "no", data: { code: 1 } }, { code: 1 }],
    ["data that is a text", { message: "no", data: "never" }, "never"],
    ["the message for data that its decoders refuse", { message: "no", data: 7 }, "no"],
    ["the message for null", { message: "no", data: null }, "no"],
  ])("says no with %s", (_name, refusal, data) => {
    expect(sio4.refused("/admin", refusal)).toEqual({ type: CONNECT_ERROR, nsp: "/admin", data });
  });

  test("derives socket ids from the session id", () => {
    expect(sio4.socketId("/", "abc", random)).toBe("abc");
    expect(sio4.socketId("/admin", "abc", random)).toBe("/admin#abc");
  });
});

describe("a client of revision 4", () => {
  test("asks for a namespace with auth data and query behind its name", () => {
    expect(sio4.connect("/admin", { token: "t" }, "a=1")).toEqual({ type: CONNECT, nsp: "/admin?a=1&token=t" });
    expect(sio4.connect("/admin", {}, "")).toEqual({ type: CONNECT, nsp: "/admin" });
  });

  test("is understood by a server", () => {
    const { namespace, auth } = sio4.readConnect(sio4.connect("/admin", { token: "a,b&c" }, "x=1"));
    expect(namespace).toBe("/admin");
    expect({ ...auth }).toEqual({ x: "1", token: "a,b&c" });
  });

  test("computes the id of its socket", () => {
    expect(sio4.readReply({ type: CONNECT, nsp: "/" }, "abc")).toEqual({ sid: "abc" });
    expect(sio4.readReply({ type: CONNECT, nsp: "/admin" }, "abc")).toEqual({ sid: "/admin#abc" });
  });

  test.each([
    ["a text as the message", "no", { message: "no" }],
    ["an object by its message", { message: "no", code: 1 }, { message: "no", data: { message: "no", code: 1 } }],
    ["an object without message as JSON", { code: 1 }, { message: '{"code":1}', data: { code: 1 } }],
    ["null as nothing said", null, { message: "" }],
    ["absent data as nothing said", undefined, { message: "" }],
  ])("reads %s", (_name, data, refusal) => {
    expect(sio4.readRefusal({ type: CONNECT_ERROR, nsp: "/", data })).toEqual(refusal);
  });
});

test("revision 4 tells of an event that a middleware refused as it tells of a refused namespace", () => {
  const refusal = { message: "no", data: { code: 1 } };
  expect(sio4.eventRefused("/a", refusal)).toEqual(sio4.refused("/a", refusal));
});

test("revision 4 joins the main namespace by itself", () => {
  expect(sio4).toMatchObject({ revision: 4, joinsMainNamespaceByItself: true });
  expect(sio4.parser.protocol).toBe(4);
});
