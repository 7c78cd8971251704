// One open connection as the sockets of a manager use it: parser, outbox, and what its revision makes of namespaces.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: made when the engine opens, thrown away when it closes; a packet that cannot be decoded ends the connection.
// Source: docs/protocol/socket-4.md, "Connecting"

import {
  type PacketDecoder,
  PacketType,
  type Parser,
  type RecoveryClaim,
  type SocketDialect,
  type SocketPacket,
  sio4,
  sio5,
} from "@bowline/protocol";
import { wantsBinaryTypes } from "@bowline/protocol/internal";
import { type CloseDetails, closedUnheard, coded } from "./connect-error.ts";
import type { Engine } from "./engine.ts";
import type { LiveOptions } from "./options.ts";
import { Outbox, type OutgoingPacket } from "./outbox.ts";
import type { Platform } from "./platform.ts";

/** Where the main namespace stands for a connection that is joined to it unasked. */
type MainNamespace = "expected" | "joined" | "left";

/** One open connection. */
export class Link {
  readonly dialect: SocketDialect;
  readonly outbox: Outbox;
  readonly #platform: Platform;
  readonly #decoder: PacketDecoder;
  readonly #decoded: SocketPacket[] = [];
  #main: MainNamespace = "expected";
  #hasUnderstood = false;

  constructor(engine: Engine, platform: Platform, options: LiveOptions) {
    this.dialect = engine.protocol === 3 ? sio4 : sio5;
    this.#platform = platform;
    const { maxAttachments } = options;
    const parser: Parser = options.parser ?? this.dialect.parser;
    const encoder = new parser.Encoder();
    this.outbox = new Outbox({ engine, platform, encoder, marksBinary: wantsBinaryTypes(parser, encoder) });
    this.#decoder = new parser.Decoder(maxAttachments === undefined ? undefined : { maxAttachments });
    this.#decoder.on("decoded", (packet) => this.#decoded.push(packet));
  }

  /**
   * Takes a message.
   * @returns the packets that it completed.
   * @throws SyntaxError when it is no part of a packet.
   */
  decode(data: string | Uint8Array): SocketPacket[] {
    try {
      this.#decoder.add(typeof data === "string" ? data : this.#platform.binary(data));
    } catch (error) {
      if (error instanceof Error) coded(error, this.#hasUnderstood ? "PARSE_ERROR" : "PARSER_MISMATCH");
      throw error;
    }
    const packets = this.#decoded.splice(0);
    this.#hasUnderstood ||= packets.length > 0;
    for (const { type, nsp } of packets) {
      if (type === PacketType.CONNECT && nsp === "/") this.#main = "joined";
    }
    return packets;
  }

  /**
   * Asks for a namespace.
   * @param auth credentials; they cannot be sent for a main namespace that is joined unasked.
   * @param isInQuery whether they are in the URL, where such a server finds them.
   * @param claim the session to bring back.
   * @returns whether the server's yes is known already.
   */
  connect(
    nsp: string,
    auth: Readonly<Record<string, unknown>>,
    query: string,
    isInQuery: boolean,
    claim: RecoveryClaim | undefined,
  ): boolean {
    if (nsp !== "/" || !this.dialect.joinsMainNamespaceByItself) {
      this.#send(this.dialect.connect(nsp, auth, query, claim));
      return false;
    }
    if (Object.keys(auth).length > 0 && !isInQuery) {
      this.#platform.warn("BOWLINE_AUTH_NOT_SENT");
    }
    if (this.#main === "expected") return false;
    // After it was left it has to be asked for again, and some servers do so in silence.
    if (this.#main === "left") this.#send({ type: PacketType.CONNECT, nsp });
    this.#main = "joined";
    return true;
  }

  /** Sends what a socket wants to send. */
  send(packet: OutgoingPacket): void {
    if (packet.type === PacketType.DISCONNECT && packet.nsp === "/") this.#main = "left";
    this.outbox.send(packet);
  }

  /** What is known about an end of the connection that the server, or the network, brought about. */
  explainEnd(reason: string, details: Error | CloseDetails | undefined): Error | CloseDetails | undefined {
    return reason === "transport close" && !this.#hasUnderstood ? closedUnheard(details) : details;
  }

  destroy(): void {
    this.#decoder.destroy();
  }

  #send(packet: SocketPacket): void {
    this.send({ ...packet, options: { compress: true } });
  }
}
