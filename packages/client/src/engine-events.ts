// What a connection tells: its program by events, its manager by calls, which come first.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
// Rules: names and arguments are upstream's; what costs something is only made when somebody listens.

import type { EngineDialect, Handshake, Packet } from "@bowline/protocol";
import type { CloseReason, Outgoing, TransportName } from "@bowline/protocol/internal";
import { type CloseDetails, closedByServer, type FailureError } from "./connect-error.ts";

/** A message as programs get it: text, or bytes as they are usual on the platform. */
export type RawData = string | ArrayBufferLike | Uint8Array | Blob;

/** A packet that came in. */
export interface IncomingPacket {
  readonly type: Packet["type"];
  readonly data?: RawData;
}

/** A packet on its way out. */
export interface OutgoingMessage {
  readonly type: Packet["type"];
  readonly data?: string | Uint8Array;
  readonly options?: { readonly compress: boolean };
}

/** What a message was sent with. */
export interface SendOptions {
  /** `false` for a message that is not worth it. @default true */
  readonly compress?: boolean;
}

/** What programs may look at of a transport. */
export interface EngineTransport {
  readonly name: TransportName;
  readonly writable: boolean;
  readonly supportsBinary: boolean;
  /** The parameters of its URL. */
  readonly query: Readonly<Record<string, string>>;
  /** Where it stands, such as `opening`, `open`, `paused` or `closed`. */
  readonly readyState: string;
  /** The platform's WebSocket, where the transport is one. */
  readonly ws?: unknown;
}

/** Events of a connection, for programs. */
export interface EngineEvents {
  open: () => void;
  handshake: (handshake: Handshake) => void;
  message: (data: RawData) => void;
  data: (data: RawData) => void;
  /** A packet has come in, of any type. */
  packet: (packet: IncomingPacket) => void;
  /** A packet is about to be queued. */
  packetCreate: (packet: OutgoingMessage) => void;
  /** Something has come in, which proves that the server lives. */
  heartbeat: () => void;
  ping: () => void;
  pong: () => void;
  /** The transport was handed what waited. */
  flush: () => void;
  /** The transport has taken all of it. */
  drain: () => void;
  upgrading: (transport: EngineTransport) => void;
  upgrade: (transport: EngineTransport) => void;
  upgradeError: (error: FailureError) => void;
  error: (error: FailureError) => void;
  close: (reason: string, details?: FailureError | CloseDetails) => void;
}

/** What a connection tells its manager, before it tells programs. */
export interface EngineListener {
  opened(handshake: Handshake): void;
  message(data: string | Uint8Array): void;
  heartbeat(type: "ping" | "pong", latencyMs?: number): void;
  /** The connection could not be opened, or broke with an error; `closed` follows. */
  failed(error: Error): void;
  closed(reason: CloseReason, details?: Error | CloseDetails): void;
}

/** Where nothing was tried yet. */
export const NO_TRANSPORT: EngineTransport = {
  name: "polling",
  writable: false,
  supportsBinary: false,
  query: {},
  readyState: "",
};

/** The packets that frames on their way out hold. */
export function packetsOf({ frames, compress }: Outgoing, dialect: EngineDialect): OutgoingMessage[] {
  return frames.map(({ data }) => ({ ...dialect.decodePacket(data), options: { compress } }));
}

/** An end that comes without any cause, though the transport works, is one that the server has sent a packet for. */
export function detailsOf(reason: CloseReason, cause: unknown): Error | CloseDetails | undefined {
  return asDetails(cause) ?? (reason === "transport close" ? closedByServer() : undefined);
}

/** The trust boundary for what a transport says of its end: an error or details of ours, or nothing. */
function asDetails(cause: unknown): Error | CloseDetails | undefined;
function asDetails(cause: unknown): unknown {
  return typeof cause === "object" && cause !== null && "description" in cause ? cause : undefined;
}
