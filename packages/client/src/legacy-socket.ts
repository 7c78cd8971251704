// A socket as programs of 2.x know it: members that later generations do not have.
// Place: made by the legacy manager -> **the user's event handlers**
// Rules: only the entries for programs of 2.x use it; nothing of ours asks for these members.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import { Socket } from "./socket.ts";

/** A socket with the members of 2.x. */
export class LegacySocket extends Socket {
  /** Itself: every event is JSON. */
  get json(): this {
    return this;
  }

  /** Its subscriptions to the manager; undefined while it takes no part in connections. */
  get subs(): readonly unknown[] | undefined {
    return this.active ? [] : undefined;
  }

  /**
   * Tells whether the next event has bytes. Bytes are looked for in any case, so that none is sent as text by mistake.
   * @returns the socket.
   */
  binary(hasBinary: boolean): this {
    Object.assign(this.flags, { binary: hasBinary });
    return this;
  }
}
