// What both ends of a relayed WebSocket have in common: order, credit, and one end.
// Place: websocket carrier -> relayed port -> **relay** -> node post -> relay -> entrance relay -> the client's WebSocket
//
//   open --close(), a gap, the other end's word, a node gone--> closed
//
// Rules: messages are counted, and one that is missing ends the WebSocket, since nobody could make sense of what follows;
//        so many bytes are on their way at most, and who has more to send waits until the other end has taken some.
// Source: docs/decisions/0029-sessions-of-other-nodes.md, "Decision"

import type { StreamEnd } from "./forward-check.ts";
import type { RelayedFrame, RelayMessage } from "./forward-message.ts";

/** Bytes that may be on their way before a sender waits. */
export const RELAY_WINDOW_BYTES: number = 256 * 1024;

/** The other end is told of what was taken after so many bytes, so that small messages cost no second one. */
const REPORT_BYTES = RELAY_WINDOW_BYTES / 4;

/** What a relay tells its owner. */
export interface RelayEvents {
  frames(frames: readonly RelayedFrame[]): void;
  /** There is room again. */
  roomy(): void;
  /** It has ended, not by our word. */
  ended(end: StreamEnd): void;
}

function bytesOf(frames: readonly RelayedFrame[]): number {
  // A text counts by its characters at both ends alike: what matters is that they agree.
  return frames.reduce((sum, { data }) => sum + data.length, 0);
}

/** One end. */
export class Relay {
  readonly #id: number;
  readonly #send: (message: RelayMessage, failed?: (error: Error) => void) => void;
  readonly #events: RelayEvents;
  #isOpen = true;
  #sent = 0;
  #heard = 0;
  /** Bytes that the other end has yet to take. */
  #untaken = 0;
  /** Bytes that were taken here, and that the other end does not know of. */
  #unreported = 0;

  constructor(id: number, send: (message: RelayMessage, failed?: (error: Error) => void) => void, events: RelayEvents) {
    this.#id = id;
    this.#send = send;
    this.#events = events;
  }

  /** Bytes that are on their way. */
  get untaken(): number {
    return this.#untaken;
  }

  /** Whether who has more to send should wait. */
  get isFull(): boolean {
    return this.#untaken > RELAY_WINDOW_BYTES;
  }

  /** Sends messages. */
  send(frames: readonly RelayedFrame[]): void {
    if (!this.#isOpen) return;
    this.#untaken += bytesOf(frames);
    const sequence = this.#sent;
    this.#sent = (sequence + 1) >>> 0;
    this.#send({ type: "frames", id: this.#id, sequence, frames }, ({ message }) => this.#fail({ message }));
  }

  /** Messages have been handed on. */
  took(frames: readonly RelayedFrame[]): void {
    this.#unreported += bytesOf(frames);
    if (!this.#isOpen || this.#unreported < REPORT_BYTES) return;
    this.#send({ type: "taken", id: this.#id, bytes: this.#unreported });
    this.#unreported = 0;
  }

  /** Takes what the other end says. */
  take(message: RelayMessage): void {
    if (!this.#isOpen) return;
    switch (message.type) {
      case "frames":
        if (message.sequence !== this.#heard) this.#fail({ message: "A message between two nodes was lost" });
        else {
          this.#heard = (this.#heard + 1) >>> 0;
          this.#events.frames(message.frames);
        }
        return;
      case "taken": {
        const wasFull = this.isFull;
        this.#untaken = Math.max(0, this.#untaken - message.bytes);
        if (wasFull && !this.isFull) this.#events.roomy();
        return;
      }
      case "closed":
        this.#isOpen = false;
        this.#events.ended(message.end);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        message satisfies never;
    }
  }

  /** Ends it by our word. */
  close(end: StreamEnd = {}): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#send({ type: "closed", id: this.#id, end });
  }

  /** The other end has gone with its node. */
  lost(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#events.ended({ message: "The node at the other end of the WebSocket has gone" });
  }

  #fail(end: StreamEnd): void {
    if (!this.#isOpen) return;
    this.close(end);
    this.#events.ended(end);
  }
}
