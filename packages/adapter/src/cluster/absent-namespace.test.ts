// Rules of what a node says for a namespace that it does not have: whoever waits for it hears at once that nobody is there.
import { expect, it } from "vitest";
import type { BroadcastPacket } from "../contract.ts";
import { absentAnswer } from "./absent-namespace.ts";
import { type ClusterMessage, MessageType } from "./message.ts";

const HEAD = { uid: "n", nsp: "/none" };
const opts = { rooms: [], except: [], flags: {} };
const packet: BroadcastPacket = { type: 2, data: ["a"] };

it.each<readonly [string, ClusterMessage, unknown]>([
  [
    "sockets",
    { ...HEAD, type: MessageType.FETCH_SOCKETS, data: { opts, requestId: "q" } },
    { type: MessageType.FETCH_SOCKETS_RESPONSE, data: { requestId: "q", sockets: [], count: 0 } },
  ],
  [
    "answers of clients",
    { ...HEAD, type: MessageType.BROADCAST, data: { opts, packet, requestId: "q" } },
    { type: MessageType.BROADCAST_CLIENT_COUNT, data: { requestId: "q", clientCount: 0 } },
  ],
  [
    "answers of servers",
    { ...HEAD, type: MessageType.SERVER_SIDE_EMIT, data: { packet: ["a"], requestId: "q" } },
    { type: MessageType.SERVER_SIDE_EMIT_RESPONSE, data: { requestId: "q", isAbsent: true } },
  ],
  ["nothing, by a broadcast", { ...HEAD, type: MessageType.BROADCAST, data: { opts, packet } }, undefined],
  ["nothing, by an event", { ...HEAD, type: MessageType.SERVER_SIDE_EMIT, data: { packet: ["a"] } }, undefined],
  ["nothing, by a sign of life", { ...HEAD, type: MessageType.HEARTBEAT }, undefined],
])("who asks for %s gets that", (_, message, answer) => {
  expect(absentAnswer(message)).toEqual(answer);
});
