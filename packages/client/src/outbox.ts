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
  readonly options?: { readonly compress: boolean };
}

/** The outbox of one connection. */
export interface Outbox {
  /**
   * Sends a packet.
   * @throws whatever the encoder throws, for data that has no JSON; told as uncaught where it waits for a Blob.
   */
  send(packet: OutgoingPacket): void;
  /** Runs an action after everything that was sent before it. */
  whenSettled(action: () => void): void;
}

/**
 * Makes the outbox of a connection.
 * @param marksBinary whether the encoder wants packets with binary values marked as such, as those of revision 4 do.
 */
export function createOutbox(engine: Engine, platform: Platform, encoder: PacketEncoder, marksBinary: boolean): Outbox {
  /** What waits for a Blob to be read; undefined while none is. */
  let held: (() => void)[] | undefined;
  /** How many packets the transport has not taken yet. */
  let untaken = 0;
  let goodbye: (() => void) | undefined;

  const whenSettled = (action: () => void): void => {
    if (held === undefined) action();
    else held.push(action);
  };

  const taken = (): void => {
    untaken--;
    if (untaken === 0) goodbye?.();
  };

  const write = (packet: OutgoingPacket): void => {
    const frames = encodeFrames(encoder, packet, marksBinary).map((data) => engine.frame(data));
    untaken++;
    engine.sendFrames({ frames, compress: packet.options?.compress ?? true, flushed: taken });
  };

  const release = (action: () => void): void => {
    const released = [action, ...(held ?? [])];
    held = undefined;
    // An action may be a packet that has to wait itself, and then those behind it wait as well.
    // Nobody is there to catch what cannot be encoded, and it must not take the others along.
    for (const next of released) whenSettled(() => guardProgram(platform.clock, next));
  };

  const leave = (packet: OutgoingPacket): void => {
    if (untaken === 0) {
      write(packet);
      return;
    }
    held = [];
    goodbye = () => {
      goodbye = undefined;
      release(() => write(packet));
    };
  };

  const settle = (packet: OutgoingPacket): void => {
    held ??= [];
    settleBlobs(packet.data, (blob) => platform.readBlob(blob)).then(
      (data) => release(() => write({ ...packet, data })),
      (error: unknown) => {
        platform.warn("BOWLINE_BLOB_UNREADABLE", error);
        release(() => {});
      },
    );
  };

  return {
    whenSettled,
    send(packet) {
      const hasData = packet.type === PacketType.EVENT || packet.type === PacketType.ACK;
      const way = packet.type === PacketType.DISCONNECT ? leave : hasData && hasBlob(packet.data) ? settle : write;
      whenSettled(() => way(packet));
    },
  };
}
