// One open connection as the sockets of a manager use it: parser, outbox, and what its revision makes of namespaces.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: made when the engine opens, thrown away when it closes; what reads it throws ends the connection.
// Source: docs/protocol/socket-4.md, "Connecting"

import {
  createTextParser,
  type PacketDecoder,
  type PacketEncoder,
  type Parser,
  type RecoveryClaim,
  type SocketPacket,
} from "@bowline/protocol";
import {
  CONNECT,
  DISCONNECT,
  type ElderSocketDialect,
  sio5Client as sio5,
  wantsBinaryTypes,
} from "@bowline/protocol/internal";
import type { Elder } from "./elder.ts";
import type { Engine } from "./engine.ts";
import type { LiveOptions } from "./options.ts";
import { Outbox, type OutgoingPacket } from "./outbox.ts";
import type { Platform } from "./platform.ts";

/** For servers of 2.x: made for the first of them. */
let parser4: Parser | undefined;

/** One open connection. */
export class Link {
  readonly engine: Engine;
  readonly dialect: ElderSocketDialect;
  readonly decoder: PacketDecoder;
  readonly encoder: PacketEncoder;
  readonly #platform: Platform;
  readonly #options: LiveOptions;
  readonly #outbox: Outbox;
  /** Where the main namespace stands for a connection that is joined to it unasked. */
  #main: "expected" | "joined" | "left" = "expected";
  #hasUnderstood = false;

  /**
   * Takes an engine that has opened.
   * @param deliver gets the packets that came.
   */
  constructor(
    engine: Engine,
    platform: Platform,
    options: LiveOptions,
    deliver: (packet: SocketPacket, link: Link) => void,
  ) {
    const { maxAttachments } = options;
    this.engine = engine;
    let dialect: ElderSocketDialect = sio5;
    let usual: Parser = sio5.parser;
    if (engine.protocol === 3) {
      // It has been at hand since the server was found to speak it.
      const take = ({ socket }: Elder): void => {
        dialect = socket;
      };
      platform.elder(take, () => {});
      parser4 ??= createTextParser(4);
      usual = parser4;
    }
    const parser = options.parser ?? usual;
    this.dialect = dialect;
    this.encoder = new parser.Encoder();
    this.decoder = new parser.Decoder(maxAttachments === undefined ? undefined : { maxAttachments });
    this.#platform = platform;
    this.#options = options;
    this.#outbox = new Outbox(engine, platform, this.encoder, wantsBinaryTypes(parser, this.encoder));
    this.decoder.on("decoded", (packet) => {
      this.#hasUnderstood = true;
      if (packet.type === CONNECT && packet.nsp === "/") this.#main = "joined";
      deliver(packet, this);
    });
  }

  /** Whether a packet has come, so that both sides have the same parser. */
  get hasUnderstood(): boolean {
    return this.#hasUnderstood;
  }

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
  ): boolean {
    if (nsp !== "/" || !this.dialect.joinsMainNamespaceByItself) {
      this.send(this.dialect.connect(nsp, auth, query, claim));
      return false;
    }
    // In the URL such a server finds them.
    if (Object.keys(auth).length > 0 && this.#options.authInQuery !== true) {
      this.#platform.warn("BOWLINE_AUTH_NOT_SENT");
    }
    const main = this.#main;
    if (main === "expected") return false;
    // After it was left it has to be asked for again, and some servers do so in silence.
    if (main === "left") this.send({ type: CONNECT, nsp });
    this.#main = "joined";
    return true;
  }

  /** Sends what a socket wants to send. */
  send(packet: OutgoingPacket): void {
    if (packet.type === DISCONNECT && packet.nsp === "/") this.#main = "left";
    this.#outbox.send(packet);
  }

  /** Ends the connection behind everything that was sent; nothing is decoded any more. */
  close(): void {
    this.#outbox.whenSettled(() => this.engine.close());
    this.decoder.destroy();
  }
}
