// The channel that Node opens between a process and those that it has forked, as a link.
// Place: bus -> **link over IPC** -> hub
// Rules: bytes travel as bytes where the channel is serialized in the advanced way, and as base64 where it is JSON; which of
//        them it is shows in a probe that goes along until the other side has been heard; what is not ours is left alone.

import type { Link } from "../hub/link.ts";

/** Under this name a message is ours. */
const KEY = "bowline:hub";
const PROBE = new Uint8Array([1]);

/** What is used of a forked process, or of the own one: both send, and call back when the system has taken it. */
export type SendMessage = (message: object, taken: (error: Error | null) => void) => void;

/** What came over the channel, where it is ours. */
export interface IpcBatch {
  readonly batch: Uint8Array;
  /** Whether bytes come through as bytes. */
  readonly isBinary: boolean;
}

/** Reads a message of the channel; undefined for those of the program. */
export function readIpcMessage(message: unknown): IpcBatch | undefined {
  if (typeof message !== "object" || message === null || !(KEY in message)) return undefined;
  const batch = message[KEY];
  if (batch instanceof Uint8Array) return { batch, isBinary: true };
  if (typeof batch !== "string") return undefined;
  return { batch: Buffer.from(batch, "base64"), isBinary: Reflect.get(message, "probe") instanceof Uint8Array };
}

function toText(batch: Uint8Array): string {
  return Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength).toString("base64");
}

/** A link over the channel. */
export class IpcLink implements Link {
  waitingBytes = 0;
  readonly #send: SendMessage;
  readonly #drained: () => void;
  /** `unknown` until the other side has been heard. */
  #form: "unknown" | "text" | "bytes" = "unknown";
  #isClosed = false;

  /** @param drained called when the system has taken something. */
  constructor(send: SendMessage, drained: () => void) {
    this.#send = send;
    this.#drained = drained;
  }

  /** The other side has been heard. */
  heard({ isBinary }: IpcBatch): void {
    if (isBinary) this.#form = "bytes";
    else if (this.#form === "unknown") this.#form = "text";
  }

  send(batch: Uint8Array): void {
    if (this.#isClosed) return;
    this.waitingBytes += batch.byteLength;
    this.#send(this.#messageFor(batch), () => {
      this.waitingBytes -= batch.byteLength;
      if (!this.#isClosed) this.#drained();
    });
  }

  close(): void {
    this.#isClosed = true;
  }

  #messageFor(batch: Uint8Array): object {
    if (this.#form === "bytes") return { [KEY]: batch };
    return this.#form === "text" ? { [KEY]: toText(batch) } : { [KEY]: toText(batch), probe: PROBE };
  }
}
