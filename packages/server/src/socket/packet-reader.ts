// Reads the packets of connections: a decoder, and what it completes with one frame.
// Place: session -> socket codec (**packet reader**) -> connection -> namespace -> socket
// Rules: what a decoder completes is handed on once it has returned, so that its errors are its own; connections share a
//        reader as long as it waits for nothing, and who waits for attachments has one alone. Whether that can be is known
//        of our own decoders only.
// Source: docs/protocol/socket-5.md, "Decoding"

import type { PacketDecoder, SocketFrame } from "@bowline/protocol";

const NONE: readonly unknown[] = [];

function ignore(): void {}

/** Reads packets, of one connection after another, or of one alone. */
export class PacketReader {
  readonly #decoder: PacketDecoder;
  #isReading = false;
  #read: readonly unknown[] = NONE;

  /** @param late told of what a decoder completes at another time than it should. */
  constructor(decoder: PacketDecoder, late: (packet: unknown) => void = ignore) {
    this.#decoder = decoder;
    decoder.on("decoded", (packet) => {
      if (!this.#isReading) late(packet);
      else this.#read = this.#read === NONE ? [packet] : [...this.#read, packet];
    });
  }

  /** Whether the next frame may be of another connection. */
  get isIdle(): boolean {
    return this.#decoder.isIdle === true;
  }

  /**
   * Reads one frame.
   * @returns the packets that it completes.
   * @throws whatever the decoder throws; it is of no use to this connection afterwards.
   */
  read(frame: SocketFrame): readonly unknown[] {
    this.#isReading = true;
    try {
      this.#decoder.add(frame);
      return this.#read;
    } finally {
      this.#isReading = false;
      this.#read = NONE;
    }
  }

  /** Drops what was collected. */
  destroy(): void {
    this.#decoder.destroy();
  }
}
