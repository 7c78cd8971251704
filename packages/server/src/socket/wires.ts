// How connections of each generation are read and written: dialect, parser, encoders and habits, put together once.
// Place: server (**wires**) -> connection
// Rules: generations that may share an encoder share one, so that a broadcast is encoded once for all of them.
// Source: docs/protocol/socket-4.md and docs/protocol/socket-5.md, "Text encoding"

import {
  eio3,
  eio4,
  type PacketDecoder,
  type PacketEncoder,
  type Parser,
  type SocketDialect,
  type SocketFrame,
  sio4,
  sio5,
} from "@bowline/protocol";
import {
  createVariants,
  EncodedFrame,
  type MessageFramer,
  type PreparedPacket,
  type Variants,
} from "@bowline/protocol/internal";
import type { ServerOptions } from "./options.ts";
import { PacketReader } from "./packet-reader.ts";
import type { PeerHabits, Profile } from "./profile.ts";

/** A parser for each revision of the Socket.IO protocol, where the wire formats differ between them. */
export interface ParserByRevision {
  /** For clients of 2.x. @default the text parser */
  readonly 4?: Parser;
  /** For clients of 3.x and 4.x. @default the text parser */
  readonly 5?: Parser;
}

/** How the packets of connections of one kind are read and written. */
export interface Wire {
  readonly dialect: SocketDialect;
  readonly variants: Variants;
  /** Whether the parser is one that the program has handed in. */
  readonly isForeign: boolean;
  readonly habits: PeerHabits;
  /**
   * What reads the packets of a connection that has none in pieces.
   * @param late told of packets that are completed when no frame has come.
   */
  reader(late?: (packet: unknown) => void): PacketReader;
}

/** The wire of one generation. */
class Generation implements Wire {
  readonly dialect: SocketDialect;
  readonly variants: Variants;
  readonly isForeign: boolean;
  readonly habits: PeerHabits;
  readonly #createDecoder: () => PacketDecoder;
  /** Of our own decoders: nobody knows what those of others keep. */
  #shared: PacketReader | undefined;

  constructor(parts: Omit<Wire, "reader">, createDecoder: () => PacketDecoder) {
    this.dialect = parts.dialect;
    this.variants = parts.variants;
    this.isForeign = parts.isForeign;
    this.habits = parts.habits;
    this.#createDecoder = createDecoder;
    // Made now, since what it does not accept is the program's mistake.
    if (!this.isForeign) this.#shared = new PacketReader(createDecoder());
  }

  reader(late?: (packet: unknown) => void): PacketReader {
    if (this.#shared?.isIdle === true) return this.#shared;
    const reader = new PacketReader(this.#createDecoder(), late);
    if (!this.isForeign) this.#shared = reader;
    return reader;
  }
}

/** Leaves frames as they are. */
const NO_ENGINE: MessageFramer = { frame: ({ data }) => new EncodedFrame(data) };

/** The wires of connections. */
export class Wires {
  readonly #generations: { readonly 3: Generation; readonly 4: Generation };
  readonly #unframed: { readonly 3: Generation; readonly 4: Generation };
  /** Frames as the parser of revision 5 gives them, without an engine around. */
  readonly #bare: Variants;

  constructor({ parser, maxAttachments }: Pick<ServerOptions, "parser" | "maxAttachments">, profile: Profile) {
    const encoders = new Map<Parser, PacketEncoder>();
    const encoderOf = (encoding: Parser): PacketEncoder => {
      const encoder = encoders.get(encoding) ?? new encoding.Encoder();
      encoders.set(encoding, encoder);
      return encoder;
    };
    const generation = (dialect: SocketDialect, engineDialect: MessageFramer): Generation => {
      const own = ownParser(parser, dialect.revision);
      // The text of both revisions looks the same for all that a server sends, so one encoder serves both.
      const encoding = own ?? sio5.parser;
      const encoder = encoderOf(encoding);
      const { Decoder } = own ?? dialect.parser;
      return new Generation(
        {
          dialect,
          variants: createVariants(engineDialect, encoder, encoding, dialect.acceptsOffsets),
          isForeign: own !== undefined,
          habits: profile.habits[dialect.revision],
        },
        () => new Decoder({ maxAttachments }),
      );
    };
    this.#generations = { 3: generation(sio4, eio3), 4: generation(sio5, eio4) };
    this.#unframed = { 3: generation(sio4, NO_ENGINE), 4: generation(sio5, NO_ENGINE) };
    const encoding = ownParser(parser, 5) ?? sio5.parser;
    this.#bare = createVariants(NO_ENGINE, encoderOf(encoding), encoding);
  }

  /**
   * The wire of a connection, which others have as well.
   * @param protocol the revision of the engine below.
   * @param framesItself whether that engine puts its own frames around messages.
   */
  of(protocol: 3 | 4, framesItself = false): Wire {
    return (framesItself ? this.#unframed : this.#generations)[protocol];
  }

  /** Encodes a packet as most clients get it, without an engine around. */
  frames(prepared: PreparedPacket): SocketFrame[] {
    return prepared.frames(this.#bare.binary).map(({ data }) => data);
  }

  /** Encodes a packet as most clients get it, and gives its bytes. */
  measure(prepared: PreparedPacket): number {
    const frames = prepared.frames(this.#generations[4].variants.binary);
    return frames.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }
}

function ownParser(parser: ServerOptions["parser"], revision: 4 | 5): Parser | undefined {
  return parser !== undefined && "Encoder" in parser ? parser : parser?.[revision];
}
