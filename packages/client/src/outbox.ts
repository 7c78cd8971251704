// What the sockets of a connection send, in order: packets become frames here, once their Blobs have been read.
// Place: bytes <- engine dialect <- session <- socket codec (**outbox**) <- socket
// Rules: a packet that waits for a Blob holds back all later ones, whichever socket they come from; data that cannot be
//        encoded throws at the caller; a goodbye leaves after everything else was taken, since servers forget the events
//        that come in one body with it.
// Source: docs/protocol/socket-5.md, "Binary data"

import type { PacketEncoder, SocketPacket } from "@bowline/protocol";
import { ACK, DISCONNECT, EVENT, encodeFrames, hasBlob, settleBlobs } from "@bowline/protocol/internal";
import type { Engine } from "./engine.ts";
import { guardProgram } from "./guard.ts";
import type { Platform } from "./platform.ts";

/** A packet with what transports and parsers of programs want to know. */
export interface OutgoingPacket extends SocketPacket {
  readonly options?: { readonly compress: boolean };
}

/** The outbox of one connection. */
export class Outbox {
  readonly #engine: Engine;
  readonly #platform: Platform;
  readonly #encoder: PacketEncoder;
  readonly #marksBinary: boolean;
  /** What waits for a Blob to be read; undefined while none is. */
  #held: (() => void)[] | undefined;
  /** How many packets the transport has not taken yet. */
  #untaken = 0;
  #goodbye: (() => void) | undefined;
  readonly #taken: () => void = () => {
    this.#untaken--;
    if (this.#untaken === 0) this.#goodbye?.();
  };

  /** @param marksBinary whether the encoder wants packets with binary values marked as such, as those of revision 4 do. */
  constructor(engine: Engine, platform: Platform, encoder: PacketEncoder, marksBinary: boolean) {
    this.#engine = engine;
    this.#platform = platform;
    this.#encoder = encoder;
    this.#marksBinary = marksBinary;
  }

  /**
   * Sends a packet.
   * @throws whatever the encoder throws, for data that has no JSON; told as uncaught where it waits for a Blob.
   */
  send(packet: OutgoingPacket): void {
    if (this.#held === undefined) this.#pass(packet);
    else this.#held.push(() => this.#pass(packet));
  }

  /** Runs an action after everything that was sent before it. */
  whenSettled(action: () => void): void {
    if (this.#held === undefined) action();
    else this.#held.push(action);
  }

  #pass(packet: OutgoingPacket): void {
    const { type, data } = packet;
    if (type === DISCONNECT && this.#untaken > 0) this.#leave(packet);
    else if ((type === EVENT || type === ACK) && hasBlob(data)) this.#settle(packet);
    else this.#write(packet);
  }

  #write(packet: OutgoingPacket): void {
    const engine = this.#engine;
    const frames = encodeFrames(this.#encoder, packet, this.#marksBinary).map((data) => engine.frame(data));
    this.#untaken++;
    engine.sendFrames({ frames, compress: packet.options?.compress ?? true, flushed: this.#taken });
  }

  #leave(packet: OutgoingPacket): void {
    this.#held = [];
    this.#goodbye = () => {
      this.#goodbye = undefined;
      this.#release(() => this.#write(packet));
    };
  }

  #settle(packet: OutgoingPacket): void {
    const platform = this.#platform;
    this.#held ??= [];
    settleBlobs(packet.data, (blob) => platform.readBlob(blob)).then(
      (data) => this.#release(() => this.#write({ ...packet, data })),
      (error: unknown) => {
        platform.warn("BOWLINE_BLOB_UNREADABLE", error);
        this.#release(() => {});
      },
    );
  }

  #release(action: () => void): void {
    const released = [action, ...(this.#held ?? [])];
    this.#held = undefined;
    // An action may be a packet that has to wait itself, and then those behind it wait as well.
    // Nobody is there to catch what cannot be encoded, and it must not take the others along.
    for (const next of released) this.whenSettled(() => guardProgram(this.#platform.clock, next));
  }
}
