// One open connection as the sockets of a manager use it: parser, outbox, and what its revision makes of namespaces.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: made when the engine opens, thrown away when it closes; a packet that cannot be decoded ends the connection.
// Source: docs/protocol/socket-4.md, "Connecting"

import {
  type PacketDecoder,
  type PacketEncoder,
  PacketType,
  type Parser,
  type RecoveryClaim,
  type ClientSocketDialect as SocketDialect,
  type SocketPacket,
} from "@bowline/protocol";
import { sio4Client as sio4, sio5Client as sio5, wantsBinaryTypes } from "@bowline/protocol/internal";
import { type CloseDetails, closedUnheard, coded } from "./connect-error.ts";
import type { Engine } from "./engine.ts";
import type { LiveOptions } from "./options.ts";
import { createOutbox, type OutgoingPacket } from "./outbox.ts";
import type { Platform } from "./platform.ts";

/** One open connection. */
export interface Link {
  readonly engine: Engine;
  readonly dialect: SocketDialect;
  readonly decoder: PacketDecoder;
  readonly encoder: PacketEncoder;
  /**
   * Takes a message.
   * @returns the packets that it completed.
   * @throws SyntaxError when it is no part of a packet.
   */
  decode(data: string | Uint8Array): SocketPacket[];
  /**
   * Asks for a namespace.
   * @param auth credentials; they cannot be sent for a main namespace that is joined unasked.
   * @param claim the session to bring back.
   * @returns whether the server's yes is known already.
   */
  connect(
    nsp: string,
    auth: Readonly<Record<string, unknown>>,
    query: string,
    claim: RecoveryClaim | undefined,
  ): boolean;
  /** Sends what a socket wants to send. */
  send(packet: OutgoingPacket): void;
  /** What is known about an end of the connection that the server, or the network, brought about. */
  explainEnd(reason: string, details: Error | CloseDetails | undefined): Error | CloseDetails | undefined;
  /** Ends the connection behind everything that was sent; nothing is decoded any more. */
  close(): void;
}

/** Takes an engine that has opened. */
export function createLink(engine: Engine, platform: Platform, options: LiveOptions): Link {
  const dialect = engine.protocol === 3 ? sio4 : sio5;
  const { maxAttachments } = options;
  const parser: Parser = options.parser ?? dialect.parser;
  const encoder = new parser.Encoder();
  const decoder = new parser.Decoder(maxAttachments === undefined ? undefined : { maxAttachments });
  const outbox = createOutbox(engine, platform, encoder, wantsBinaryTypes(parser, encoder));
  const decoded: SocketPacket[] = [];
  /** Where the main namespace stands for a connection that is joined to it unasked. */
  let main: "expected" | "joined" | "left" = "expected";
  let hasUnderstood = false;
  decoder.on("decoded", (packet) => decoded.push(packet));

  const link: Link = {
    engine,
    dialect,
    decoder,
    encoder,
    decode(data) {
      try {
        decoder.add(typeof data === "string" ? data : platform.binary(data));
      } catch (error) {
        if (error instanceof Error) coded(error, hasUnderstood ? "PARSE_ERROR" : "PARSER_MISMATCH");
        throw error;
      }
      const packets = decoded.splice(0);
      hasUnderstood ||= packets.length > 0;
      if (packets.some(({ type, nsp }) => type === PacketType.CONNECT && nsp === "/")) main = "joined";
      return packets;
    },
    connect(nsp, auth, query, claim) {
      if (nsp !== "/" || !dialect.joinsMainNamespaceByItself) {
        link.send(dialect.connect(nsp, auth, query, claim));
        return false;
      }
      // In the URL such a server finds them.
      if (Object.keys(auth).length > 0 && options.authInQuery !== true) platform.warn("BOWLINE_AUTH_NOT_SENT");
      if (main === "expected") return false;
      // After it was left it has to be asked for again, and some servers do so in silence.
      if (main === "left") link.send({ type: PacketType.CONNECT, nsp });
      main = "joined";
      return true;
    },
    send(packet) {
      if (packet.type === PacketType.DISCONNECT && packet.nsp === "/") main = "left";
      outbox.send(packet);
    },
    explainEnd: (reason, details) =>
      reason === "transport close" && !hasUnderstood ? closedUnheard(details) : details,
    close() {
      outbox.whenSettled(() => engine.close());
      decoder.destroy();
    },
  };
  return link;
}
