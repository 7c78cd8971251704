// What a transport is, for either side: a way to hand over batches of frames and to hear of packets.
// Place: bytes -> **carrier** -> engine dialect -> session
// Rules: a carrier talks to one listener at a time (candidate's machine, then the session, then nobody);
//        after `carrierClosed` it says nothing more; facts about a transport are properties, never its name.
// Source: docs/protocol/engine-4.md, "Polling" and "WebSocket"

import type { CloseReason } from "./close-reason.ts";
import type { Frame } from "./frame.ts";
import type { Packet } from "./packet.ts";

/** Names of the transports as they stand in queries and handshakes. */
export type TransportName = "polling" | "websocket" | "webtransport";

/** One packet of the layer above on its way out: a text frame and its attachments, kept together. */
export interface Outgoing {
  readonly frames: readonly Frame[];
  /** Whether the transport may compress it. */
  readonly compress: boolean;
  /** Called once, when the frames were handed to the platform, or with the reason why they never will be. */
  readonly flushed?: (failure?: CloseReason) => void;
}

/** A transport of one session. */
export interface Carrier {
  readonly name: TransportName;
  /** Whether `send` may be called now. */
  readonly writable: boolean;
  /** How many bytes one batch may have; `Infinity` where the transport has no batches. */
  readonly maxBatchBytes: number;
  /** Whether frames may hold bytes; where not, they have to be made with base64. */
  readonly supportsBinary: boolean;
  /** Whether a `close` packet ends the session here (polling), or means nothing (WebSocket). */
  readonly endsByPacket: boolean;
  /** Makes `events` the one listener; the listener before hears nothing more. */
  listen(events: CarrierEvents): void;
  /** Hands over a batch, in order. Call it only while `writable`. */
  send(batch: readonly Outgoing[]): void;
  /** Ends the transport: `flush` says goodbye properly, `discard` at once and without waiting. */
  close(how: "flush" | "discard"): void;
}

/** A carrier that a client can leave for a better one. */
export interface PausableCarrier extends Carrier {
  /** Stops writing and reading once what is in flight has landed, then calls `done`. */
  pause(done: () => void): void;
  /** Undoes `pause`, since the better carrier failed after all; a `done` that was not called yet never will be. */
  resume(): void;
}

/** What a carrier tells its listener. */
export interface CarrierEvents {
  received(packet: Packet): void;
  /** The batch was handed to the platform and the next one is welcome. */
  drained(): void;
  /** The carrier is gone; `cause` says more than `reason`. */
  carrierClosed(reason: CloseReason, cause?: unknown): void;
}

/** The listener of a carrier that nobody is interested in any more. */
export const DEAF: CarrierEvents = {
  received() {},
  drained() {},
  carrierClosed() {},
};
