// A manager as programs of 2.x know it: members that later generations do not have.
// Place: made by the entries for programs of 2.x -> **connection** -> legacy sockets
// Rules: only the entries for programs of 2.x use it; nothing of ours asks for these members.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import { LegacySocket } from "./legacy-socket.ts";
import { Manager } from "./manager.ts";
import type { SocketOptions } from "./options.ts";
import type { Socket } from "./socket.ts";
import type { SocketPort } from "./socket-port.ts";

/** A manager with the members of 2.x. */
export class LegacyManager extends Manager {
  /** The sockets that take part in connections. */
  get connecting(): readonly Socket[] {
    return Object.values(this.nsps).filter((socket) => socket.active);
  }

  /** Packets that wait to be encoded: none ever does. */
  get packetBuffer(): readonly unknown[] {
    return [];
  }

  /** Whether it connects without being told. */
  get autoConnect(): boolean {
    return this.opts.autoConnect !== false;
  }

  protected override createSocket(namespace: string, options: SocketOptions, port: SocketPort): Socket {
    return new LegacySocket(this, namespace, options, port);
  }
}
