// What goes over the channels of upstream's adapters, both ways.
import { type ClusterMessage, type ClusterResponse, MessageType } from "@bowline/adapter";
import { decodeUtf8, encodeUtf8 } from "@bowline/protocol/internal";
import { decodeMsgpack, encodeMsgpack } from "@bowline/protocol/msgpack";
import { describe, expect, test } from "vitest";
import { shardedUpstreamWire } from "./sharded-wire.ts";
import { isPattern, upstreamWire } from "./upstream-wire.ts";
import { survivesJson } from "./wire-bytes.ts";

const scope = { namespace: "/", node: "n1" };
const opts = { rooms: ["r"], except: [], flags: {} };
const from = { uid: "n1", nsp: "/" };
const wire = upstreamWire();
const request = "socket.io-request#/#";
const response = "socket.io-response#/#";
const json = (value: object): Uint8Array => encodeUtf8(JSON.stringify(value));
const read = (bytes: Uint8Array | undefined): unknown => JSON.parse(decodeUtf8(bytes ?? new Uint8Array()));
const broadcast = (rooms: readonly string[], data: readonly unknown[], requestId?: string): ClusterMessage => ({
  ...from,
  type: MessageType.BROADCAST,
  data: {
    packet: { type: 2, data },
    opts: { ...opts, rooms },
    ...(requestId === undefined ? {} : { requestId }),
  },
});

describe("upstream's wire", () => {
  test("a broadcast goes to the channel of the namespace, or of the one room that it is for", () => {
    const topics = [[], ["r"], ["r", "s"]].map((rooms) => wire.encode(broadcast(rooms, ["news"]))[0]?.topic);
    expect(topics).toEqual(["socket.io#/#", "socket.io#/#r#", "socket.io#/#"]);
  });

  test("a broadcast is a list in MessagePack, whose packet names the namespace", () => {
    const [message] = wire.encode(broadcast(["r"], ["news", 1]));
    expect(decodeMsgpack(message?.bytes ?? new Uint8Array())).toEqual([
      "n1",
      { type: 2, data: ["news", 1], nsp: "/" },
      opts,
    ]);
  });

  test("a broadcast of another node is read with its namespace, however its channel is called", () => {
    const bytes = encodeMsgpack(["n2", { type: 2, data: ["news"], nsp: "/other" }, opts]);
    expect(wire.decode(scope, "socket.io#/#*", bytes)).toMatchObject({ uid: "n2", nsp: "/other", type: 3 });
  });

  test.each([
    [MessageType.SOCKETS_JOIN, { opts, rooms: ["a"] }, { type: 2, rooms: ["a"] }],
    [MessageType.SOCKETS_LEAVE, { opts, rooms: ["a"] }, { type: 3, rooms: ["a"] }],
    [MessageType.DISCONNECT_SOCKETS, { opts, close: true }, { type: 4, close: true }],
    [MessageType.FETCH_SOCKETS, { opts, requestId: "q" }, { type: 5, requestId: "q" }],
    [MessageType.SERVER_SIDE_EMIT, { packet: ["hi", 1], requestId: "q" }, { type: 6, data: ["hi", 1], requestId: "q" }],
  ] as const)("a request of kind %i is JSON on the channel of requests, and read as it was", (type, data, body) => {
    const message = asMessage({ ...from, type, data });
    const [sent] = wire.encode(message);
    expect([sent?.topic, read(sent?.bytes)]).toMatchObject([request, { uid: "n1", ...body }]);
    expect(wire.decode(scope, request, sent?.bytes ?? new Uint8Array())).toMatchObject({ uid: "n1", type });
  });

  test("a broadcast with an ack is a request; with bytes it is MessagePack, and read all the same", () => {
    const [plain] = wire.encode(broadcast([], ["ask"], "q"));
    const [bytes] = wire.encode(broadcast([], ["ask", Uint8Array.of(1)], "q"));
    expect([plain?.topic, read(plain?.bytes)]).toMatchObject([request, { type: 7, requestId: "q" }]);
    expect(wire.decode(scope, request, bytes?.bytes ?? new Uint8Array())).toMatchObject({
      type: MessageType.BROADCAST,
      data: { requestId: "q", packet: { data: ["ask", Uint8Array.of(1)] } },
    });
  });

  test.each([
    [{ requestId: "q", sockets: [] }, MessageType.FETCH_SOCKETS_RESPONSE],
    [{ type: 6, requestId: "q", data: 1 }, MessageType.SERVER_SIDE_EMIT_RESPONSE],
    [{ type: 8, requestId: "q", clientCount: 2 }, MessageType.BROADCAST_CLIENT_COUNT],
    [{ type: 9, requestId: "q", packet: 1 }, MessageType.BROADCAST_ACK],
  ])("the response %j is read as one of another node than every other response", (body, type) => {
    const [one, two] = [wire.decode(scope, response, json(body)), wire.decode(scope, response, json(body))];
    expect([one?.type, two?.type]).toEqual([type, type]);
    expect(one?.uid).not.toBe(two?.uid);
  });

  test("responses go to all, or to the node that asked where that is chosen", () => {
    const answer = { ...from, type: MessageType.BROADCAST_CLIENT_COUNT, data: { requestId: "q", clientCount: 1 } };
    const specific = upstreamWire({ publishOnSpecificResponseChannel: true });
    expect(wire.encodeResponse("n2", answer)[0]?.topic).toBe(response);
    expect(specific.encodeResponse("n2", answer)[0]?.topic).toBe(`${response}n2#`);
  });

  test.each([
    [
      { requestid: "q", type: 0, rooms: [] },
      { requestid: "q", clients: ["s1"] },
    ],
    [
      { requestid: "q", type: 1, sid: "s1" },
      { requestid: "q", rooms: ["s1", "r"] },
    ],
    [
      { requestid: "q", type: 2 },
      { requestid: "q", rooms: ["s1", "r"] },
    ],
    [
      { requestId: "q", type: 0, rooms: [] },
      { requestId: "q", sockets: ["s1"] },
    ],
    [
      { requestId: "q", type: 1 },
      { requestId: "q", rooms: ["s1", "r"] },
    ],
  ])("the request %j of another generation is answered in its form", (body, answer) => {
    const asked = wire.decode(scope, request, json(body));
    const requestId = asked?.type === MessageType.FETCH_SOCKETS ? asked.data.requestId : "";
    const sockets = [{ id: "s1", handshake: {}, rooms: ["s1", "r"], data: {} }];
    const sent = wire.encodeResponse("emitter", {
      ...from,
      type: MessageType.FETCH_SOCKETS_RESPONSE,
      data: { requestId, sockets },
    });
    expect(sent.map(({ topic, bytes }) => [topic, read(bytes)])).toEqual([[response, answer]]);
  });

  test.each([
    [{ requestid: "q", type: 3, sid: "s1", room: "a" }, MessageType.SOCKETS_JOIN],
    [{ requestid: "q", type: 4, sid: "s1", room: "a" }, MessageType.SOCKETS_LEAVE],
    [{ requestid: "q", type: 6, sid: "s1", close: true }, MessageType.DISCONNECT_SOCKETS],
    [{ requestId: "q", type: 2, sid: "s1", room: "a" }, MessageType.SOCKETS_JOIN],
    [{ requestId: "q", type: 3, sid: "s1", room: "a" }, MessageType.SOCKETS_LEAVE],
    [{ requestId: "q", type: 4, sid: "s1", close: true }, MessageType.DISCONNECT_SOCKETS],
  ])("what %j asks of one socket is done to that one", (body, type) => {
    expect(wire.decode(scope, request, json(body))).toMatchObject({ type, data: { opts: { rooms: ["s1"] } } });
  });

  test("JSON that is deeper than clients take is a SyntaxError", () => {
    const deep = (levels: number): Uint8Array =>
      encodeUtf8(`{"type":6,"data":["a",${"[".repeat(levels)}${"]".repeat(levels)}]}`);
    expect(wire.decode(scope, request, deep(998))).toMatchObject({ type: MessageType.SERVER_SIDE_EMIT });
    expect(() => wire.decode(scope, request, deep(999))).toThrow(SyntaxError);
  });

  test.each(["requestId", "requestid"])("an id that no text can be made of is a SyntaxError (%s)", (name) => {
    const body = { [name]: { toString: 1, valueOf: 1 }, type: 1 };
    expect(() => wire.decode(scope, request, json(body))).toThrow(SyntaxError);
  });

  test("what is no message is a SyntaxError, and kinds of later versions are nobody's business", () => {
    for (const bytes of [Uint8Array.of(0x7b), Uint8Array.of(0xc1), encodeMsgpack(1), new Uint8Array()]) {
      for (const topic of ["socket.io#/#*", request]) {
        expect(() => wire.decode(scope, topic, bytes)).toThrow(SyntaxError);
      }
    }
    expect(wire.decode(scope, request, json({ type: 99 }))).toBeUndefined();
    expect(wire.decode(scope, response, json({ data: null }))).toBeUndefined();
  });

  test("the broadcasts of a namespace are heard by a pattern in which its name means nothing else", () => {
    const [pattern = ""] = wire.topics({ namespace: "/a*[b]", node: "n1" });
    expect([pattern, isPattern(pattern)]).toEqual(["socket.io#/a\\*\\[b\\]#*", true]);
  });
});

test("an adapter that is older asks in its own form, and kinds that are not known are left alone", () => {
  const bodies = [
    { requestId: "q", type: 5, opts },
    { requestId: "q", type: 77, sid: "s1" },
    { requestid: "q", type: 5, data: ["mine"] },
    { requestId: "q", type: 0, opts: { rooms: ["a"] } },
  ];
  const asked = bodies.map((body) => wire.decode(scope, request, json(body)));
  expect(asked).toMatchObject([{ type: 7 }, undefined, undefined, { data: { opts: { rooms: ["a"] } } }]);
});

test("who is asked for the rooms of a socket that it does not have says nothing", () => {
  const asked = wire.decode(scope, request, json({ requestid: "q", type: 1, sid: "s1" }));
  const requestId = asked?.type === MessageType.FETCH_SOCKETS ? asked.data.requestId : "";
  const answer = { ...from, type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId, sockets: [] } };
  expect(wire.encodeResponse("emitter", answer)).toEqual([]);
  const strange = { ...answer, data: { requestId: "what\u0000q", sockets: [] } };
  expect(wire.encodeResponse("emitter", strange)).toEqual([]);
});

test("a broadcast that does not say whom it is for is refused, and one without a namespace is of the main one", () => {
  expect(() => wire.decode(scope, "socket.io#/#*", encodeMsgpack(["n2", { type: 2 }]))).toThrow("another form");
  const bytes = encodeMsgpack(["n2", { type: 2, data: ["news"] }, opts]);
  expect(wire.decode(scope, "socket.io#/#*", bytes)).toMatchObject({ nsp: "/" });
});

test("what an official node cannot read as JSON is MessagePack", () => {
  const bytes = { packet: ["hi", Uint8Array.of(1)] };
  const message = asMessage({ ...from, type: MessageType.SERVER_SIDE_EMIT, data: bytes });
  const [sent] = wire.encode(message);
  expect(wire.decode(scope, request, sent?.bytes ?? new Uint8Array())).toEqual({ ...message, data: bytes });
});

test("signs of life and goodbyes of namespaces do not exist on these wires", () => {
  for (const type of [MessageType.INITIAL_HEARTBEAT, MessageType.HEARTBEAT, MessageType.ADAPTER_CLOSE]) {
    const message = asMessage({ ...from, type });
    expect([wire.encode(message), shardedUpstreamWire().encode(message)]).toEqual([[], []]);
  }
});

test("a question whose id is a number is answered to that number", () => {
  const question = wire.decode(scope, request, json({ uid: "n2", type: 5, requestId: 0, opts }));
  if (question?.type !== MessageType.FETCH_SOCKETS) throw new TypeError("Cannot answer: it was read as something else");
  const { requestId } = question.data;
  const answer = { ...from, type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId, sockets: [] } };
  expect(read(wire.encodeResponse("n2", answer)[0]?.bytes)).toEqual({ requestId: 0, sockets: [] });
});

test("every kind of answer is written, and read as it was", () => {
  const answers: readonly ClusterResponse[] = [
    { ...from, type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId: "q", sockets: [] } },
    { ...from, type: MessageType.SERVER_SIDE_EMIT_RESPONSE, data: { requestId: "q", packet: [1] } },
    { ...from, type: MessageType.BROADCAST_ACK, data: { requestId: "q", packet: [1] } },
  ];
  for (const answer of answers) {
    const [sent] = wire.encodeResponse("n2", answer);
    const { type, data } = answer;
    expect(wire.decode(scope, response, sent?.bytes ?? new Uint8Array())).toMatchObject({ type, data });
  }
  expect(wire.decode(scope, response, json({ requestId: "q", type: 99 }))).toBeUndefined();
});

describe("upstream's sharded wire", () => {
  test("answers go to the node that asked, and what is for several rooms, or is no broadcast, to all", () => {
    const sharded = shardedUpstreamWire();
    const answer = { ...from, type: MessageType.BROADCAST_CLIENT_COUNT, data: { requestId: "q", clientCount: 1 } };
    expect(sharded.encodeResponse("n2", answer)[0]?.topic).toBe("socket.io#/#n2#");
    expect(sharded.topics(scope)).toEqual(["socket.io#/#", "socket.io#/#n1#"]);
    const join = asMessage({ ...from, type: MessageType.SOCKETS_JOIN, data: { opts, rooms: ["a"] } });
    for (const message of [broadcast(["r", "s"], ["news"]), broadcast(["r"], ["ask"], "q"), join]) {
      expect(sharded.encode(message)[0]?.topic).toBe(sharded.topics(scope)[0]);
    }
  });

  test.each([
    ["static", undefined, undefined],
    ["dynamic", "socket.io#/#r#", undefined],
    ["dynamic-private", "socket.io#/#r#", "socket.io#/#abcdefghijklmnopqrst#"],
  ] as const)("%s decides which rooms have channels", (subscriptionMode, room, socket) => {
    const sharded = shardedUpstreamWire({ subscriptionMode });
    expect([sharded.roomTopic("/", "r"), sharded.roomTopic("/", "abcdefghijklmnopqrst")]).toEqual([room, socket]);
  });

  test("a message comes back as it was, bytes and all", () => {
    const sharded = shardedUpstreamWire();
    for (const message of [broadcast(["r"], ["news", 1]), broadcast([], ["news", Uint8Array.of(1)])]) {
      const [sent] = sharded.encode(message);
      expect(sharded.decode(scope, sent?.topic ?? "", sent?.bytes ?? new Uint8Array())).toEqual(message);
    }
    expect(() => sharded.decode(scope, "t", json({}))).toThrow(SyntaxError);
  });

  test("a mode that there is not is refused", () => {
    expect(() => {
      Reflect.apply(shardedUpstreamWire, undefined, [{ subscriptionMode: "most" }]);
    }).toThrow(TypeError);
  });
});

test("JSON is used where nothing is lost", () => {
  expect([{ a: [1, "x", null, true], b: undefined }, "text"].every((value) => survivesJson(value))).toBe(true);
  expect([[undefined], Number.NaN, new Date(0), Uint8Array.of(1), 1n].some((value) => survivesJson(value))).toBe(false);
});

function asMessage(value: object): ClusterMessage;
function asMessage(value: object): unknown {
  return value;
}
