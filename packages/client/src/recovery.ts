// What a socket remembers of its session, so that a server that keeps sessions for a while can bring it back.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
// Rules: offsets are the last arguments of events without an id, and count as soon as they have come: an event that
//        waits to be told must not come again; an offset never outlives its session, since the server may know it still;
//        they are kept from listeners where the server said that all events have one, else the text may be the program's.
// Source: docs/protocol/socket-5.md, "Recovery"

import type { ConnectReply, RecoveryClaim, SocketPacket } from "@bowline/protocol";
import { elementsOf } from "@bowline/protocol/internal";

/** The memory of one socket. */
export class Recovery {
  #claim: RecoveryClaim | undefined;
  #hidesOffsets = false;

  /** What brings the session back; undefined where the server keeps none. */
  get claim(): RecoveryClaim | undefined {
    return this.#claim;
  }

  /** Whether the server tells events that come again by their ids. */
  get tellsRetried(): boolean {
    return this.#hidesOffsets;
  }

  /**
   * Takes the server's yes.
   * @param reply with the private id of the session, where the server gave one.
   * @returns whether it is the session from before, so that nothing was missed.
   */
  accepted({ pid, offsets = false }: ConnectReply): boolean {
    this.#hidesOffsets = offsets;
    if (pid !== undefined && pid === this.#claim?.pid) return true;
    this.#claim = pid === undefined ? undefined : { pid };
    return false;
  }

  /** Takes an event. @returns it as listeners hear of it. */
  received(packet: SocketPacket): SocketPacket {
    const claim = this.#claim;
    if (claim === undefined || packet.id !== undefined) return packet;
    const event = elementsOf(packet.data);
    const offset = event.at(-1);
    if (event.length < 2 || typeof offset !== "string") return packet;
    this.#claim = { pid: claim.pid, offset };
    return this.#hidesOffsets ? { ...packet, data: event.slice(0, -1) } : packet;
  }
}
