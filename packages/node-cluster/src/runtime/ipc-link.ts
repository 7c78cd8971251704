// The channel that Node opens between a process and those that it has forked, as a link.
// Place: bus -> **link over IPC** -> hub
// Rules: bytes travel as bytes where the channel is serialized in the advanced way, and as base64 where it is JSON; which of
//        them it is shows in a probe that goes along until the other side has been heard; there may be several links over one
//        channel, each with a number; an end is told, since the channel goes on; what is not ours is left alone.

import type { Link } from "../hub/link.ts";

/** Under this name a message is ours. */
const KEY = "bowline:hub";
const PROBE = new Uint8Array([1]);

/** What is used of a forked process, or of the own one: both send, and call back when the system has taken it. */
export type SendMessage = (message: object, taken: (error: Error | null) => void) => void;

/** What came over the channel, where it is ours. */
export interface IpcMessage {
  /** The number of the link. */
  readonly link: number;
  /** Undefined where the link has been closed. */
  readonly batch: Uint8Array | undefined;
  /** Whether bytes come through as bytes. */
  readonly isBinary: boolean;
}

/** What a link tells its side. */
export interface IpcLinkEvents {
  /** The system has taken something. */
  drained(): void;
  /** This side has closed it. */
  ended(): void;
}

/** Reads a message of the channel; undefined for those of the program. */
export function readIpcMessage(message: unknown): IpcMessage | undefined {
  if (typeof message !== "object" || message === null || !(KEY in message)) return undefined;
  const batch = message[KEY];
  const link: unknown = Reflect.get(message, "link");
  if (typeof link !== "number") return undefined;
  if (batch instanceof Uint8Array) return { link, batch, isBinary: true };
  const isBinary = Reflect.get(message, "probe") instanceof Uint8Array;
  if (batch === null) return { link, batch: undefined, isBinary };
  return typeof batch === "string" ? { link, batch: Buffer.from(batch, "base64"), isBinary } : undefined;
}

function toText(batch: Uint8Array): string {
  return Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength).toString("base64");
}

/** A link over the channel. */
export class IpcLink implements Link {
  waitingBytes = 0;
  readonly #number: number;
  readonly #send: SendMessage;
  readonly #events: IpcLinkEvents;
  /** `unknown` until the other side has been heard. */
  #form: "unknown" | "text" | "bytes" = "unknown";
  #isClosed = false;

  /** @param number the same on both sides, and another one for each link over a channel. */
  constructor(number: number, send: SendMessage, events: IpcLinkEvents) {
    this.#number = number;
    this.#send = send;
    this.#events = events;
  }

  /** The other side has been heard. */
  heard({ isBinary }: IpcMessage): void {
    if (isBinary) this.#form = "bytes";
    else if (this.#form === "unknown") this.#form = "text";
  }

  send(batch: Uint8Array): void {
    if (this.#isClosed) return;
    this.waitingBytes += batch.byteLength;
    this.#send(this.#messageFor(batch), () => {
      this.waitingBytes -= batch.byteLength;
      if (!this.#isClosed) this.#events.drained();
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#send({ [KEY]: null, link: this.#number }, () => undefined);
    this.ended();
  }

  /** The other side has closed it, or the channel is over. */
  ended(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#events.ended();
  }

  #messageFor(batch: Uint8Array): object {
    const link = this.#number;
    if (this.#form === "bytes") return { [KEY]: batch, link };
    return this.#form === "text" ? { [KEY]: toText(batch), link } : { [KEY]: toText(batch), link, probe: PROBE };
  }
}
