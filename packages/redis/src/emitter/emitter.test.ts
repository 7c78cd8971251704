// What an emitter of ours sends, as upstream's nodes read it.
import { decodeUtf8 } from "@bowline/protocol/internal";
import { decodeMsgpack } from "@bowline/protocol/msgpack";
import { expect, test } from "vitest";
import { upstreamWire } from "../upstream-wire.ts";
import { RemoteEmitter } from "./emitter.ts";

function createEmitter(failure?: Error) {
  const sent: [string, unknown][] = [];
  const publish = async (channel: string, bytes: Uint8Array): Promise<void> => {
    if (failure !== undefined) throw failure;
    sent.push([channel, bytes[0] === 0x7b ? JSON.parse(decodeUtf8(bytes)) : decodeMsgpack(bytes)]);
  };
  return { sent, emitter: new RemoteEmitter({ wire: upstreamWire(), publish }, "/") };
}

test("each step gives an emitter of its own, and what is sent says whom it is for and how", () => {
  const { sent, emitter } = createEmitter();
  const rooms = emitter.to("a").in(["b", "a"]).except("c");
  rooms.volatile.compress(false).emit("news", 1);
  emitter.of("desk").emit("news");
  emitter.of("/desk").to("a").emit("news");
  const plain = { rooms: [], except: [], flags: {} };
  const flags = { volatile: true, compress: false };
  const desk = { type: 2, data: ["news"], nsp: "/desk" };
  expect(sent).toEqual([
    [
      "socket.io#/#",
      ["emitter", { type: 2, data: ["news", 1], nsp: "/" }, { rooms: ["a", "b"], except: ["c"], flags }],
    ],
    ["socket.io#/desk#", ["emitter", desk, plain]],
    ["socket.io#/desk#a#", ["emitter", desk, { ...plain, rooms: ["a"] }]],
  ]);
});

test("sockets join, leave and are sent away, and servers are told", () => {
  const { sent, emitter } = createEmitter();
  emitter.to("a").socketsJoin(["b", "c"]);
  emitter.socketsLeave("b");
  emitter.except("a").disconnectSockets(true);
  emitter.disconnectSockets();
  emitter.serverSideEmit("reload", 1);
  const all = { rooms: [], except: [] };
  expect(sent.map(([, body]) => body)).toEqual([
    { uid: "emitter", type: 2, opts: { rooms: ["a"], except: [] }, rooms: ["b", "c"] },
    { uid: "emitter", type: 3, opts: all, rooms: ["b"] },
    { uid: "emitter", type: 4, opts: { rooms: [], except: ["a"] }, close: true },
    { uid: "emitter", type: 4, opts: all, close: false },
    { uid: "emitter", type: 6, data: ["reload", 1] },
  ]);
});

test("reserved names and questions to servers are refused, and a Redis that is away ends nothing", async () => {
  const { emitter } = createEmitter(new Error("away"));
  expect(() => emitter.emit("disconnect")).toThrow('Cannot emit "disconnect"');
  expect(() => emitter.serverSideEmit("who", () => undefined)).toThrow(TypeError);
  expect(emitter.emit("news")).toBe(true);
  await new Promise((resolve) => setImmediate(resolve));
});
