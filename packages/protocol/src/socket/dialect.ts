// All that differs above the engine between Socket.IO revisions 4 and 5, behind one interface.
// Place: bytes -> engine dialect -> session -> socket codec + **socket dialect** -> connection / namespace / socket
// Rules: chosen once per connection together with the engine dialect; keeps no state. What only servers need is apart, so
//        that pages do not load it.
// Source: docs/protocol/socket-4.md and docs/protocol/socket-5.md, "Connecting" and "Refusal"

import type { Random } from "../shared/random.ts";
import type { SocketPacket } from "./packet.ts";
import type { TextParser } from "./text-codec.ts";

/** What a client asks for with a CONNECT packet. */
export interface ConnectRequest {
  readonly namespace: string;
  /** What the client sent along: its auth object, or for revision 4 the query of the namespace; never inherited keys. */
  readonly auth: Readonly<Record<string, unknown>>;
  /** What of it counts as part of the handshake's query: for revision 4 all of it, else nothing. */
  readonly query: Readonly<Record<string, string | string[]>>;
}

/** Why a namespace refused a client. */
export interface Refusal {
  readonly message: string;
  readonly data?: unknown;
}

/** What a server answers to a CONNECT packet. */
export interface ConnectReply {
  /** The socket id, where the revision sends one. */
  readonly sid?: string;
  /** The private id of the session, where the server can bring it back after a loss. */
  readonly pid?: string;
  /** Whether every event without an acknowledgement has an offset, as private ids of our servers tell; to be read only. */
  readonly offsets?: boolean;
}

/** What a client shows to get its session back. */
export interface RecoveryClaim {
  readonly pid: string;
  /** The offset of the last event that it got; absent before the first one. */
  readonly offset?: string;
}

/** Habits of one revision of the Socket.IO protocol, as far as a client needs them. */
export interface ClientSocketDialect {
  readonly revision: 4 | 5;
  /** Whether the server joins every client to `/` unasked, and the client never sends CONNECT for it. */
  readonly joinsMainNamespaceByItself: boolean;
  /** Parser used when the program hands in none. */
  readonly parser: TextParser;
  /**
   * The packet that asks for a namespace.
   * @param claim the session to bring back; revision 4 has no recovery.
   */
  connect(
    namespace: string,
    auth: Readonly<Record<string, unknown>>,
    query: string,
    claim?: RecoveryClaim,
  ): SocketPacket;
  /** The id from the server's yes; revision 4 computes it. */
  readReply(packet: SocketPacket, sessionId: string): ConnectReply;
  /** The refusal from the server's no. */
  readRefusal(packet: SocketPacket): Refusal;
}

/** The same without the parser, which pages have at hand for either revision. */
export type ElderSocketDialect = Omit<ClientSocketDialect, "parser">;

/** All habits of one revision of the Socket.IO protocol: those of clients, and those of servers. */
export interface SocketDialect extends ClientSocketDialect {
  /** Whether events may carry an offset behind their arguments, so that a lost session can be brought back. */
  readonly acceptsOffsets: boolean;
  /** Reads what a client asks for. */
  readConnect(packet: SocketPacket): ConnectRequest;
  /** The packet that says yes. */
  connected(namespace: string, reply: ConnectReply): SocketPacket;
  /** The packet that says no. */
  refused(namespace: string, refusal: Refusal): SocketPacket;
  /** The packet that tells of an event that a middleware refused; revision 5 has none. */
  eventRefused(namespace: string, refusal: Refusal): SocketPacket | undefined;
  /** The id of a new socket. */
  socketId(namespace: string, sessionId: string, random: Random): string;
}
