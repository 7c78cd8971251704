// What a connection tells: the layer above by calls, programs by events; and what programs send with.
// Place: session (**connection**) -> socket layer, and the user's event handlers
// Rules: names and arguments are upstream's; what costs something is only made when somebody listens.

import type { EngineDialect, Packet } from "@bowline/protocol";
import type { CloseReason, Outgoing } from "@bowline/protocol/internal";
import type { Transport } from "./transport.ts";

/** What the layer above hears of a connection. */
export interface ConnectionListener {
  message(data: string | Uint8Array): void;
  closed(reason: CloseReason, cause?: unknown): void;
}

/** How a message is to be sent. */
export interface SendOptions {
  /** Whether the transport may compress it. @default true */
  readonly compress?: boolean;
  /** The message as its sender has encoded it already. Here frames are shared anyway: what counts is the message. */
  readonly wsPreEncoded?: string;
  /** The message as its sender has framed it already. Here frames are shared anyway: what counts is the message. */
  readonly wsPreEncodedFrame?: readonly Uint8Array[];
}

/** Called with the transport once it has taken a message. */
export type SentCallback = (transport: Transport) => void;

/** A packet that is about to leave, as programs see it. */
export interface OutgoingPacket {
  readonly type: Packet["type"];
  readonly data?: string | Uint8Array;
  readonly options?: { readonly compress: boolean };
}

/** Events of a connection for programs that watch it. */
export interface ConnectionEvents {
  /** The session is open, which it is before anybody can listen: told by none, and here for programs that ask for it. */
  open(): void;
  /** As `data`. */
  message(data: string | Uint8Array): void;
  /** A message has come in; under Socket.IO that is one of its packets. */
  data(data: string | Uint8Array): void;
  /** A packet of any type has come in. */
  packet(packet: Packet): void;
  /** A packet is about to be queued. */
  packetCreate(packet: OutgoingPacket): void;
  /** The transport is about to be handed these packets. */
  flush(packets: readonly OutgoingPacket[]): void;
  /** A sign of life has come from the client: its answer to our ping, or with revision 3 its own ping. */
  heartbeat(): void;
  /** What was waiting has been handed to the transport, which takes more. */
  drain(): void;
  /** The client tries a better transport. */
  upgrading(transport: Transport): void;
  /** The client has moved to it. */
  upgrade(transport: Transport): void;
  /** Kept for programs that listen for it: what goes wrong ends the connection, and `close` tells why. */
  error(error: Error): void;
  /** The connection has ended. */
  close(reason: CloseReason, description?: unknown): void;
}

/** The packets that frames on their way out hold. */
export function packetsOf({ frames, compress }: Outgoing, dialect: EngineDialect): OutgoingPacket[] {
  return frames.map(({ data }) => ({ ...dialect.decodePacket(data), options: { compress } }));
}
