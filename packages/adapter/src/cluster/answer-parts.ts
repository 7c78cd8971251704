// An answer that is larger than what a broker takes, in parts.
// Place: bus adapter (**answer parts**) -> wire -> bus
// Rules: each part says how many there are, so that whoever asks knows when it has all; a socket is told whole.

import { encodeMsgpack } from "@bowline/protocol/msgpack";
import type { SocketDetails } from "../contract.ts";
import { type ClusterResponse, MessageType } from "./message.ts";

/** Sockets in groups of about so many bytes. */
function groupsOf(sockets: readonly SocketDetails[], maxBytes: number): SocketDetails[][] {
  const groups: SocketDetails[][] = [];
  let group: SocketDetails[] = [];
  let bytes = 0;
  for (const socket of sockets) {
    const { byteLength } = encodeMsgpack(socket);
    if (group.length > 0 && bytes + byteLength > maxBytes) {
      groups.push(group);
      group = [];
      bytes = 0;
    }
    group.push(socket);
    bytes += byteLength;
  }
  return [...groups, group];
}

/**
 * Takes an answer apart.
 * @param maxMessageBytes what the broker takes.
 * @returns the answer alone where it cannot be in parts.
 */
export function partsOf(response: ClusterResponse, maxMessageBytes: number): readonly ClusterResponse[] {
  if (response.type !== MessageType.FETCH_SOCKETS_RESPONSE) return [response];
  // Half of it leaves room for what a message has besides its sockets.
  const groups = groupsOf(response.data.sockets, maxMessageBytes / 2);
  if (groups.length === 1) return [response];
  return groups.map((sockets) => ({ ...response, data: { ...response.data, sockets, parts: groups.length } }));
}
