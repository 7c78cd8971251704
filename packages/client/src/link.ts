// One open connection as the sockets of a manager use it: parser, outbox, and what its revision makes of namespaces.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: made when the engine opens, thrown away when it closes; what reads it throws ends the connection.
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
  /** Whether a packet has come, so that both sides have the same parser. */
  readonly hasUnderstood: boolean;
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
  /** Ends the connection behind everything that was sent; nothing is decoded any more. */
  close(): void;
}

/**
 * Takes an engine that has opened.
 * @param deliver gets the packets that came.
 */
export function createLink(
  engine: Engine,
  platform: Platform,
  options: LiveOptions,
  deliver: (packet: SocketPacket) => void,
): Link {
  const dialect = engine.protocol === 3 ? sio4 : sio5;
  const { maxAttachments } = options;
  const parser: Parser = options.parser ?? dialect.parser;
  const encoder = new parser.Encoder();
  const decoder = new parser.Decoder(maxAttachments === undefined ? undefined : { maxAttachments });
  const outbox = createOutbox(engine, platform, encoder, wantsBinaryTypes(parser, encoder));
  /** Where the main namespace stands for a connection that is joined to it unasked. */
  let main: "expected" | "joined" | "left" = "expected";
  let hasUnderstood = false;
  decoder.on("decoded", (packet) => {
    hasUnderstood = true;
    if (packet.type === PacketType.CONNECT && packet.nsp === "/") main = "joined";
    deliver(packet);
  });

  /** Sends a packet of a socket. */
  const send = (packet: OutgoingPacket): void => {
    if (packet.type === PacketType.DISCONNECT && packet.nsp === "/") main = "left";
    outbox.send(packet);
  };

  return {
    engine,
    dialect,
    decoder,
    encoder,
    get hasUnderstood() {
      return hasUnderstood;
    },
    connect(nsp, auth, query, claim) {
      if (nsp !== "/" || !dialect.joinsMainNamespaceByItself) {
        send(dialect.connect(nsp, auth, query, claim));
        return false;
      }
      // In the URL such a server finds them.
      if (Object.keys(auth).length > 0 && options.authInQuery !== true) platform.warn("BOWLINE_AUTH_NOT_SENT");
      if (main === "expected") return false;
      // After it was left it has to be asked for again, and some servers do so in silence.
      if (main === "left") send({ type: PacketType.CONNECT, nsp });
      main = "joined";
      return true;
    },
    send,
    close() {
      outbox.whenSettled(() => engine.close());
      decoder.destroy();
    },
  };
}
