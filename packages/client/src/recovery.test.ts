import { PacketType, type SocketPacket } from "@bowline/protocol";
import { describe, expect, test } from "vitest";
import { Recovery } from "./recovery.ts";

function event(data: readonly unknown[], id?: number): SocketPacket {
  return { type: PacketType.EVENT, nsp: "/", data, ...(id !== undefined && { id }) };
}

function createKnown(): Recovery {
  const recovery = new Recovery();
  recovery.accepted({ pid: "pid" });
  return recovery;
}

describe("what brings a session back", () => {
  test("is not there before the server gave a private id, nor are offsets taken", () => {
    const recovery = new Recovery();
    recovery.received(event(["x", "text"]));
    expect([recovery.accepted({}), recovery.claim]).toEqual([false, undefined]);
  });

  test("is the private id alone before the first event", () => {
    expect(createKnown().claim).toEqual({ pid: "pid" });
  });

  test("is the private id with the last offset", () => {
    const recovery = createKnown();
    recovery.received(event(["x", 1, "offset1"]));
    recovery.received(event(["x", "offset2"]));
    expect(recovery.claim).toEqual({ pid: "pid", offset: "offset2" });
  });

  test.each([
    ["a last argument that is no text", event(["x", 1])],
    ["the name of an event without arguments", event(["x"])],
    ["the last argument of an event that wants an answer", event(["x", "text"], 7)],
  ])("is not %s", (_what, packet) => {
    const recovery = createKnown();
    recovery.received(event(["x", "offset1"]));
    recovery.received(packet);
    expect(recovery.claim).toEqual({ pid: "pid", offset: "offset1" });
  });
});

describe("a session", () => {
  test("is the one from before when its private id is", () => {
    const recovery = createKnown();
    recovery.received(event(["x", "offset1"]));
    expect([recovery.accepted({ pid: "pid" }), recovery.claim]).toEqual([true, { pid: "pid", offset: "offset1" }]);
  });

  test("with another private id is new, and the offset of the old one is not asked for", () => {
    const recovery = createKnown();
    recovery.received(event(["x", "offset1"]));
    expect([recovery.accepted({ pid: "other" }), recovery.claim]).toEqual([false, { pid: "other" }]);
  });

  test("cannot come back once the server keeps none", () => {
    const recovery = createKnown();
    expect([recovery.accepted({}), recovery.claim]).toEqual([false, undefined]);
  });
});

describe("the offset of an event", () => {
  test("is kept from listeners where the server said that all events have one", () => {
    const recovery = new Recovery();
    recovery.accepted({ pid: "pid", offsets: true });
    expect(recovery.received(event(["x", 1, "offset1"])).data).toEqual(["x", 1]);
    expect(recovery.received(event(["x", "mine"], 7)).data).toEqual(["x", "mine"]);
  });

  test("is shown where the server did not say so, since it may be the program's text", () => {
    expect(createKnown().received(event(["x", "text"])).data).toEqual(["x", "text"]);
  });

  test("is shown again once another server answers", () => {
    const recovery = new Recovery();
    recovery.accepted({ pid: "pid", offsets: true });
    recovery.accepted({ pid: "other" });
    expect(recovery.received(event(["x", "text"])).data).toEqual(["x", "text"]);
  });
});
