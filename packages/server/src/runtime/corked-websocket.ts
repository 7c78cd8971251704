// A WebSocket of a runtime that frames by itself and can be corked, as those of Bun and uWebSockets.js, in the shape that
// the engine wants.
// Place: **bytes** -> websocket carrier -> engine dialect -> session
//
//   new --connected--> open --close(), connection gone--> gone
//
// Rules: the messages of a batch leave in one write; a batch is done once nothing of it is kept back by the runtime, which
//        is the back-pressure; what the runtime drops ends the connection, since nobody could make sense of what follows;
//        an end that we brought about is not told.

import type { Frame, Outgoing } from "@bowline/protocol/internal";
import type { WebSocketEvents, WebSocketPort } from "../engine/http-exchange.ts";

/** The part of such a WebSocket that both runtimes have. */
export interface CorkableSocket {
  /** Bytes that the system has not taken yet. */
  getBufferedAmount(): number;
  /** Runs `write`, and has all that it sends leave at once. */
  cork(write: () => void): unknown;
}

/** How messages are written on a runtime. */
export interface SocketWriting<Raw> {
  /** Sends one message; false where the runtime has dropped it. */
  write(raw: Raw, data: string | Uint8Array, compress: boolean): boolean;
  /** Sends a close frame without a code, behind all that was sent, and ends the connection. */
  end(raw: Raw): void;
}

/** The error that the engine knows a message over the limit by. */
const TOO_LARGE = "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";

/** The close code of a connection that ended without a close frame. */
const ABNORMAL = 1006;

/** What a runtime says of a connection that it ended; undefined where the peer has. */
export function endError(code: number, reason: string): Error | undefined {
  if (code !== ABNORMAL || reason === "") return undefined;
  const error = new Error(`The WebSocket has ended: ${reason}`);
  return reason.includes("too big") ? Object.assign(error, { code: TOO_LARGE }) : error;
}

/** A WebSocket on the way from its handshake to its end. */
export class CorkedWebSocket<Raw extends CorkableSocket> implements WebSocketPort {
  readonly #writing: SocketWriting<Raw>;
  readonly #compressFrom: number;
  #raw: Raw | undefined;
  #opened: ((port: WebSocketPort) => void) | undefined;
  #events: WebSocketEvents | undefined;
  /** Waits until the runtime has handed over what it keeps back. */
  #waiting: ((failure?: Error) => void) | undefined;

  /**
   * @param compressFrom length from which on a message may be compressed, where that was agreed.
   * @param opened called once it is connected.
   */
  constructor(writing: SocketWriting<Raw>, compressFrom: number, opened: (port: WebSocketPort) => void) {
    this.#writing = writing;
    this.#compressFrom = compressFrom;
    this.#opened = opened;
  }

  get native(): unknown {
    return this.#raw;
  }

  listen(events: WebSocketEvents): void {
    this.#events = events;
  }

  send(batch: readonly Outgoing[], done: (failure?: Error) => void): void {
    const raw = this.#raw;
    const [first] = batch;
    if (raw === undefined) done(new Error("The WebSocket is not open any more"));
    else if (first === undefined) done();
    else {
      const [frame] = first.frames;
      let isTaken = true;
      if (batch.length === 1 && first.frames.length === 1 && frame !== undefined) {
        isTaken = this.#write(raw, frame, first.compress);
      } else {
        raw.cork(() => {
          for (const { frames, compress } of batch) {
            for (const each of frames) isTaken = this.#write(raw, each, compress) && isTaken;
          }
        });
      }
      if (!isTaken) this.#giveUp(done);
      else if (raw.getBufferedAmount() === 0) done();
      else this.#waiting = done;
    }
  }

  close(): void {
    const raw = this.#raw;
    if (raw === undefined) return;
    this.#raw = undefined;
    this.#writing.end(raw);
    // Not at once: who closes has yet to say why, and what was under way would be taken for the reason.
    queueMicrotask(() => this.#settle(new Error("The WebSocket was closed")));
  }

  /** The handshake is complete. */
  connected(raw: Raw): void {
    const opened = this.#opened;
    this.#raw = raw;
    this.#opened = undefined;
    opened?.(this);
  }

  /** A message has come in. */
  received(data: string | Uint8Array): void {
    if (this.#raw !== undefined) this.#events?.message(data);
  }

  /** The system has taken some of what was kept back. */
  drained(): void {
    if (this.#raw?.getBufferedAmount() === 0) this.#settle();
  }

  /** The connection is gone. */
  ended(error: Error | undefined): void {
    if (this.#raw === undefined) return;
    this.#raw = undefined;
    this.#events?.closed(error);
    this.#settle(error ?? new Error("The WebSocket is gone"));
  }

  #write(raw: Raw, { data }: Frame, compress: boolean): boolean {
    return this.#writing.write(raw, data, compress && data.length >= this.#compressFrom);
  }

  /** The client is so far behind that the runtime forgets messages. */
  #giveUp(done: (failure?: Error) => void): void {
    this.close();
    done(new Error("The client takes too little, and a message was dropped: see maxBackpressure"));
  }

  #settle(failure?: Error): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(failure);
  }
}
