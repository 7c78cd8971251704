// A connection of an engine as the socket layer uses it, whoever has made the engine.
// Place: engine server -> **engine link** -> connection -> namespace -> socket
// Rules: our engine's connections are links themselves; those of other engines are made into one.
// Source: docs/protocol/engine-4.md, "Handshake"

import type { Outgoing } from "@bowline/protocol/internal";
import type { ConnectionListener } from "../engine/connection-events.ts";
import type { HandshakeSource } from "./handshake.ts";

/** What carries the packets of one client. */
export interface EngineLink extends HandshakeSource {
  readonly id: string;
  /** Revision of the Engine.IO protocol. */
  readonly protocol: 3 | 4;
  readonly readyState: string;
  /** Whether a packet sent now would leave at once. */
  readonly writable: boolean;
  /** Whether bytes can be sent as they are. */
  readonly supportsBinary: boolean;
  transmit(outgoing: Outgoing): void;
  /** Makes the layer above the one that hears of messages and the end. */
  listen(listener: ConnectionListener): void;
  /** Calls back when the client has read all that was sent until now. Other engines cannot tell. */
  probe?(done: () => void): void;
  /** All that was sent before this time of the server's clock has come to the client; 0 where that is not known yet. */
  readonly receivedUntilMs?: number;
  /** Ends the connection: once everything has left, or at once if `discard` is true. */
  close(discard?: boolean): void;
}
