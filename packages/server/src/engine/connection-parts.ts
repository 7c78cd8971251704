// What a connection is made of: its transport, and what it shares with all others of its revision.
// Place: bytes -> carrier -> engine dialect -> session (**connection**) -> socket layer
// Rules: types alone.

import type { SessionTerms } from "@bowline/protocol/internal";
import type { Connection } from "./connection.ts";
import type { OutgoingPacket } from "./connection-events.ts";
import type { PollingCarrier } from "./polling-carrier.ts";
import type { StreamCarrier, Upgrading } from "./upgrading.ts";

/** The transport that a connection begins with. */
export type FirstRoute =
  | { readonly on: "polling"; readonly carrier: PollingCarrier }
  | { readonly on: "stream"; readonly carrier: StreamCarrier };

/** The transport that a connection is on, and where it stands with the way to a better one. */
export type Route =
  | { readonly on: "polling"; readonly carrier: PollingCarrier; readonly upgrade: Upgrading | undefined }
  | { readonly on: "stream"; readonly carrier: StreamCarrier; readonly upgraded: boolean };

/** What surrounds a connection: one object for all of a revision, since each of thousands would have its own. */
export interface ConnectionSurroundings {
  readonly terms: SessionTerms;
  readonly upgradeTimeoutMs: number;
  /** Bytes in the form that programs expect. */
  readonly toNativeBytes: (bytes: Uint8Array) => Uint8Array;
  readonly server: ConnectionServer;
  /** Told once when a connection has ended, before anybody else. */
  readonly ended: (connection: Connection) => void;
}

/** The engine as its connections know it. */
export interface ConnectionServer {
  /** How many sessions there are. */
  readonly clientsCount: number;
  hasListeners(event: "flush" | "drain"): boolean;
  emit(event: "flush", connection: Connection, packets: readonly OutgoingPacket[]): boolean;
  emit(event: "drain", connection: Connection): boolean;
}
