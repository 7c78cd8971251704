// Rules of our wire: what is written is read again as it was, topics keep clusters, namespaces and rooms apart, and what is no
// message is refused.
import { encodeMsgpack } from "@bowline/protocol/msgpack";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ClusterMessage, MessageType, type WireOptions } from "./message.ts";
import { createNativeWire } from "./native-wire.ts";

const HEAD = { uid: "a-node", nsp: "/desk" };
const SCOPE = { namespace: "/desk", node: "another" };

function optionsFor(...rooms: readonly string[]): WireOptions {
  return { rooms, except: [], flags: {} };
}

function broadcastTo(...rooms: readonly string[]): ClusterMessage {
  return {
    ...HEAD,
    type: MessageType.BROADCAST,
    data: { packet: { type: 2, data: ["a"] }, opts: optionsFor(...rooms) },
  };
}

function topicsOf(message: ClusterMessage, prefix = "bowline"): string[] {
  return createNativeWire({ prefix })
    .encode(message)
    .map(({ topic }) => topic);
}

describe("our wire", () => {
  it.each<readonly [ClusterMessage]>([
    [{ ...HEAD, type: MessageType.HEARTBEAT }],
    [broadcastTo("r", "s")],
    [{ ...HEAD, type: MessageType.SOCKETS_JOIN, data: { opts: optionsFor("r"), rooms: ["s"] } }],
    [{ ...HEAD, type: MessageType.DISCONNECT_SOCKETS, data: { opts: optionsFor(), close: true } }],
    [{ ...HEAD, type: MessageType.FETCH_SOCKETS, data: { opts: optionsFor(), requestId: "q", isCount: true } }],
    [
      {
        ...HEAD,
        type: MessageType.SERVER_SIDE_EMIT,
        data: { packet: ["a", Uint8Array.of(1), new Date(5), undefined] },
      },
    ],
  ])("reads what it writes: %j", (message) => {
    const wire = createNativeWire();
    const [written] = wire.encode(message);
    const read = wire.decode(SCOPE, written?.topic ?? "", written?.bytes ?? new Uint8Array());
    expect(read).toEqual({ data: null, ...message });
  });

  it("leaves alone what the node has sent itself", () => {
    const wire = createNativeWire();
    const [written] = wire.encode(broadcastTo());
    const own = { ...SCOPE, node: HEAD.uid };
    expect(wire.decode(own, "", written?.bytes ?? new Uint8Array())).toBeUndefined();
    expect(wire.shared?.decode(HEAD.uid, "", written?.bytes ?? new Uint8Array())).toBeUndefined();
  });

  it("sends what is for one room to that room's topic, and to the namespace's what is for several, all, or one socket", () => {
    expect(
      [["r"], ["r", "s"], [], ["AbCdEfGhIjKlMnOpQrSt"]].flatMap((rooms) => topicsOf(broadcastTo(...rooms))),
    ).toEqual(["bowline#room#/desk,r", "bowline#all#/desk", "bowline#all#/desk", "bowline#all#/desk"]);
  });

  it("sends what wants answers to all nodes, and answers to the one that asks", () => {
    const wire = createNativeWire({ prefix: "tenant" });
    const asks: ClusterMessage = {
      ...HEAD,
      type: MessageType.FETCH_SOCKETS,
      data: { opts: optionsFor("r"), requestId: "q" },
    };
    const answer = { ...HEAD, type: MessageType.BROADCAST_ACK, data: { requestId: "q", packet: 1 } } as const;
    expect([wire.encode(asks)[0]?.topic, wire.encodeResponse("asker", answer)[0]?.topic]).toEqual([
      "tenant#ask",
      "tenant#answer#asker",
    ]);
    expect(wire.shared?.topics("asker")).toEqual(["tenant#ask", "tenant#answer#asker"]);
  });

  it("has topics of its own for each prefix, namespace and room, however they are written", () => {
    const name = fc.string({
      minLength: 1,
      maxLength: 6,
      unit: fc.constantFrom("a", "/", "#", ",", ":", "room", "all"),
    });
    const place = fc.record({
      prefix: name.map((text) => `p${text.replaceAll("#", "")}`),
      namespace: name.map((text) => `/${text.replaceAll(",", "")}`),
      room: fc.option(name, { nil: undefined }),
    });
    fc.assert(
      fc.property(place, place, (one, other) => {
        const [left, right] = [one, other].map(({ prefix, namespace, room }) =>
          topicsOf({ ...broadcastTo(...(room === undefined ? [] : [room])), nsp: namespace }, prefix).join(),
        );
        expect(left === right).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
      { seed: 28, numRuns: 2000 },
    );
  });

  it.each([
    ["no list", encodeMsgpack("a")],
    ["no namespace", encodeMsgpack([1, "a-node", 5, 3, null])],
    ["cut off", encodeMsgpack([1, "a-node", "/"]).slice(0, -1)],
  ])("refuses what is no message: %s", (_, bytes) => {
    expect(() => createNativeWire().decode(SCOPE, "", bytes)).toThrow(SyntaxError);
  });

  it("lets a later version be", () => {
    expect(createNativeWire().decode(SCOPE, "", encodeMsgpack([2, "a-node", "more", "of", "it"]))).toBeUndefined();
  });
});
