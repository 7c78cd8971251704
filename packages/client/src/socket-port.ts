// What a socket and its manager say to each other; programs see neither side of it.
// Place: bytes -> engine dialect -> session -> socket codec -> **connection / namespace** / socket
// Rules: a socket sends only through its port; whatever it holds of a connection is compared by `connection`, so that
//        nothing that belongs to a lost one reaches the next.

import type { RecoveryClaim, ClientSocketDialect as SocketDialect, SocketPacket } from "@bowline/protocol";
import type { ApiDialect } from "./api-dialect.ts";
import type { CloseDetails } from "./connect-error.ts";
import type { OutgoingPacket } from "./outbox.ts";
import type { Platform } from "./platform.ts";

/** What a socket hears from its manager. */
export interface SocketListener {
  /** The connection below is open: time to ask for the namespace. */
  opened(): void;
  /** The connection could not be opened, or broke. */
  failed(error: Error | string): void;
  closed(reason: string, details?: Error | CloseDetails): void;
  /** A packet of this namespace, or a refusal of the main one that concerns all. */
  packet(packet: SocketPacket): void;
  /** An event of the manager that programs of 2.x listen for here. */
  forward(event: string, args: readonly unknown[]): void;
}

/** What a socket may ask of its manager. */
export interface SocketPort {
  readonly platform: Platform;
  /** What the program's generation expects. */
  readonly api: ApiDialect;
  readonly dialect: SocketDialect;
  /** The connection in use, as an identity; undefined while there is none. */
  readonly connection: object | undefined;
  readonly sessionId: string;
  /** Whether a packet sent now would leave at once. */
  readonly writable: boolean;
  /** Whether the server should have been heard of by now. */
  readonly overdue: boolean;
  /** Ends a connection that is overdue, at the end of the turn. */
  giveUp(): void;
  listen(listener: SocketListener): void;
  /** Takes part in connections from now on; opens one if there is none. */
  join(): void;
  /** Takes part no more; the last one to leave closes the connection. */
  leave(): void;
  /** Asks the server for the namespace, in the words of its generation; `claim` is the session to bring back. */
  connect(auth: Readonly<Record<string, unknown>>, query: string, claim: RecoveryClaim | undefined): void;
  /** The server said no: the namespace may be asked for again over the same connection. */
  refused(): void;
  send(packet: OutgoingPacket): void;
  /** Runs handlers of the program; what they throw is told as uncaught. */
  guard(action: () => void): void;
}
