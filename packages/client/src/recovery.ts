// What a socket remembers of its session, so that a server that keeps sessions for a while can bring it back.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
// Rules: offsets are the last arguments of events without an id, and count as soon as they have come: an event that
//        waits to be told must not come again; an offset never outlives its session, since the server may know it still;
//        they are kept from listeners where the server said that all events have one, else the text may be the program's.
// Source: docs/protocol/socket-5.md, "Recovery"

import type { ConnectReply, RecoveryClaim, SocketPacket } from "@bowline/protocol";
import { elementsOf } from "@bowline/protocol/internal";

/** The memory of one socket. */
export interface Recovery {
  /** What brings the session back; undefined where the server keeps none. */
  readonly claim: RecoveryClaim | undefined;
  /**
   * Takes the server's yes.
   * @param reply with the private id of the session, where the server gave one.
   * @returns whether it is the session from before, so that nothing was missed.
   */
  accepted(reply: ConnectReply): boolean;
  /** Takes an event. @returns it as listeners hear of it. */
  received(packet: SocketPacket): SocketPacket;
}

/** Makes the memory of a socket. */
export function createRecovery(): Recovery {
  let claim: RecoveryClaim | undefined;
  let hidesOffsets = false;
  return {
    get claim() {
      return claim;
    },
    accepted({ pid, offsets = false }) {
      hidesOffsets = offsets;
      if (pid !== undefined && pid === claim?.pid) return true;
      claim = pid === undefined ? undefined : { pid };
      return false;
    },
    received(packet) {
      const event = elementsOf(packet.data);
      const offset = event.at(-1);
      if (claim === undefined || packet.id !== undefined || event.length < 2 || typeof offset !== "string")
        return packet;
      claim = { pid: claim.pid, offset };
      return hidesOffsets ? { ...packet, data: event.slice(0, -1) } : packet;
    },
  };
}
