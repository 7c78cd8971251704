// What a socket remembers of its session, so that a server that keeps sessions for a while can bring it back.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
// Rules: offsets are the last arguments of events without an id, and count as soon as they have come: an event that
//        waits to be told must not come again; an offset never outlives its session, since the server may know it still.
// Source: docs/protocol/socket-5.md, "Recovery"

import type { RecoveryClaim, SocketPacket } from "@bowline/protocol";
import { elementsOf } from "@bowline/protocol/internal";

/** The memory of one socket. */
export class Recovery {
  #claim: RecoveryClaim | undefined;

  /** What brings the session back; undefined where the server keeps none. */
  get claim(): RecoveryClaim | undefined {
    return this.#claim;
  }

  /**
   * Takes the server's yes.
   * @param pid the private id of the session, where the server gave one.
   * @returns whether it is the session from before, so that nothing was missed.
   */
  accepted(pid: string | undefined): boolean {
    if (pid !== undefined && pid === this.#claim?.pid) return true;
    this.#claim = pid === undefined ? undefined : { pid };
    return false;
  }

  /** Takes an event. */
  received({ data, id }: SocketPacket): void {
    if (this.#claim === undefined || id !== undefined) return;
    const [, ...args] = elementsOf(data);
    const offset = args.at(-1);
    if (typeof offset === "string") this.#claim = { pid: this.#claim.pid, offset };
  }
}
