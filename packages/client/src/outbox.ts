// What the sockets of a connection send, in order: packets become frames here, once their Blobs have been read.
// Place: bytes <- engine dialect <- session <- socket codec (**outbox**) <- socket
// Rules: a packet that waits for a Blob holds back all later ones, whichever socket they come from; data that cannot be
//        encoded throws at the caller; a goodbye leaves after everything else was taken, since servers forget the events
//        that come in one body with it.
// Source: docs/protocol/socket-5.md, "Binary data"

import { type PacketEncoder, PacketType, type SocketPacket } from "@bowline/protocol";
import { encodeFrames, hasBlob, settleBlobs } from "@bowline/protocol/internal";
import type { Engine } from "./engine.ts";
import { guardProgram } from "./guard.ts";
import type { Platform } from "./platform.ts";

/** A packet with what transports and parsers of programs want to know. */
export interface OutgoingPacket extends SocketPacket {
  readonly options: { readonly compress: boolean };
}

/** What an outbox is made of. */
export interface OutboxOptions {
  readonly engine: Engine;
  readonly platform: Platform;
  readonly encoder: PacketEncoder;
  /** Whether the encoder wants packets with binary values marked as such, as those of revision 4 do. */
  readonly marksBinary: boolean;
}

/** The outbox of one connection. */
export class Outbox {
  readonly #options: OutboxOptions;
  /** What waits for a Blob to be read; undefined while none is. */
  #held: (() => void)[] | undefined;
  /** How many packets the transport has not taken yet. */
  #untaken = 0;
  #goodbye: (() => void) | undefined;
  readonly #taken: () => void = () => {
    this.#untaken--;
    if (this.#untaken === 0) this.#goodbye?.();
  };

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /**
   * Sends a packet.
   * @throws whatever the encoder throws, for data that has no JSON; told as uncaught where it waits for a Blob.
   */
  send(packet: OutgoingPacket): void {
    const hasData = packet.type === PacketType.EVENT || packet.type === PacketType.ACK;
    if (packet.type === PacketType.DISCONNECT) this.whenSettled(() => this.#leave(packet));
    else if (hasData && hasBlob(packet.data)) this.whenSettled(() => this.#settle(packet));
    else this.whenSettled(() => this.#write(packet));
  }

  /** Runs an action after everything that was sent before it. */
  whenSettled(action: () => void): void {
    if (this.#held === undefined) action();
    else this.#held.push(action);
  }

  #leave(packet: OutgoingPacket): void {
    if (this.#untaken === 0) {
      this.#write(packet);
      return;
    }
    this.#held = [];
    this.#goodbye = () => {
      this.#goodbye = undefined;
      this.#release(() => this.#write(packet));
    };
  }

  #settle(packet: OutgoingPacket): void {
    const { platform } = this.#options;
    this.#held ??= [];
    settleBlobs(packet.data, (blob) => platform.readBlob(blob)).then(
      (data) => this.#release(() => this.#write({ ...packet, data })),
      (error: unknown) => {
        platform.warn("BOWLINE_BLOB_UNREADABLE", error);
        this.#release(() => {});
      },
    );
  }

  #release(first: () => void): void {
    const held = [first, ...(this.#held ?? [])];
    this.#held = undefined;
    // An action may be a packet that has to wait itself, and then those behind it wait as well.
    // Nobody is there to catch what cannot be encoded, and it must not take the others along.
    for (const action of held) this.whenSettled(() => guardProgram(this.#options.platform.clock, action));
  }

  #write(packet: OutgoingPacket): void {
    const { engine, encoder, marksBinary } = this.#options;
    const frames = encodeFrames(encoder, packet, marksBinary).map((data) => engine.frame(data));
    this.#untaken++;
    engine.sendFrames({ frames, compress: packet.options.compress, flushed: this.#taken });
  }
}
