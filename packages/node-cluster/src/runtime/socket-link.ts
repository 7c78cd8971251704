// A stream between processes of one machine, as a link: a Unix domain socket, or a named pipe on Windows.
// Place: bus -> **link over a stream** -> hub
// Rules: a stream has no messages, so that whole frames are cut out of it; one that claims to be longer than any may be ends
//        the stream before its bytes are kept.

import type { Socket } from "node:net";
import { wholeFramesLength } from "../hub/frame.ts";
import type { Link, LinkEvents } from "../hub/link.ts";

/** A frame is a message, and names around it. */
const NAMES_BYTES = 1024 * 1024;

/** A link over a stream. */
export class SocketLink implements Link {
  readonly #socket: Socket;
  readonly #longestFrame: number;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #isClosed = false;

  constructor(socket: Socket, maxMessageBytes: number) {
    this.#socket = socket;
    this.#longestFrame = maxMessageBytes + NAMES_BYTES;
    socket.setNoDelay(true);
  }

  get waitingBytes(): number {
    return this.#socket.writableLength;
  }

  /** Tells whom to call. */
  listen(events: LinkEvents): void {
    this.#socket.on("data", (chunk: Buffer) => {
      try {
        const batch = this.#cut(chunk);
        if (batch !== undefined) events.received(batch);
      } catch {
        this.#socket.destroy();
      }
    });
    this.#socket.on("drain", () => events.drained());
    this.#socket.on("error", () => undefined); // what it was is of no use: the stream closes, and is opened again
    this.#socket.on("close", () => {
      if (!this.#isClosed) events.closed();
    });
  }

  send(batch: Uint8Array): void {
    if (!this.#isClosed && this.#socket.writable) this.#socket.write(batch);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#socket.end();
    this.#socket.destroySoon();
  }

  #cut(chunk: Buffer): Uint8Array | undefined {
    this.#rest.push(chunk);
    this.#restBytes += chunk.byteLength;
    const first = this.#rest[0] ?? chunk;
    // A long frame comes in many chunks: they are joined once, when it is whole.
    if (first.byteLength >= 4 && this.#rest.length > 1 && this.#restBytes < 4 + first.readUInt32BE(0)) return undefined;
    const bytes = this.#rest.length === 1 ? first : Buffer.concat(this.#rest);
    const length = wholeFramesLength(bytes, this.#longestFrame);
    const rest = bytes.subarray(length);
    this.#rest = rest.byteLength === 0 ? [] : [rest];
    this.#restBytes = rest.byteLength;
    return length === 0 ? undefined : bytes.subarray(0, length);
  }
}
