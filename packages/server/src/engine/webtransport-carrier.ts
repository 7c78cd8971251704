// A WebTransport stream in the shape of any other transport: frames with a header, in one stream of bytes.
// Place: bytes -> **webtransport carrier** -> engine dialect -> session
//
//   ready --send--> busy --written--> ready        ready, busy --close, session gone, bad frame--> gone
//
// Rules: a new batch waits until the stream has taken the one before, which is the back-pressure; what was written
//        leaves before the session is closed, unless the client takes too long; packets of a closed carrier are not
//        heard.
// Source: docs/protocol/engine-4.md, "WebTransport"

import { eio4, type Packet } from "@bowline/protocol";
import {
  type CarrierEvents,
  type Clock,
  type CloseReason,
  concatBytes,
  DEAF,
  frameForStream,
  type Outgoing,
  type TransportName,
} from "@bowline/protocol/internal";
import type { StreamCarrier } from "./upgrading.ts";
import type { StreamWriter, WebTransportSession } from "./webtransport-session.ts";

/** A message of no bytes as text, since there is no frame for it. */
const EMPTY_MESSAGE = "b";

function streamFrame(data: string | Uint8Array): Uint8Array {
  return frameForStream(data.length === 0 ? EMPTY_MESSAGE : data);
}

/** How long a client is waited for. */
export interface WebTransportPatience {
  readonly clock: Clock;
  /** Milliseconds that a client has to take what was written, once the session is to be closed. */
  readonly timeoutMs: number;
}

/** The server's end of a WebTransport stream. */
export class WebTransportCarrier implements StreamCarrier {
  readonly name: TransportName = "webtransport";
  readonly maxBatchBytes: number = Number.POSITIVE_INFINITY;
  readonly endsByPacket: boolean = false;
  readonly supportsBinary: boolean = true;
  readonly #session: Pick<WebTransportSession, "close">;
  readonly #writer: StreamWriter;
  readonly #patience: WebTransportPatience;
  #state: "ready" | "busy" | "gone" = "ready";
  /** Settles once everything written so far was taken, or never will be. */
  #written: Promise<unknown> = Promise.resolve();
  #events: CarrierEvents = DEAF;

  constructor(session: Pick<WebTransportSession, "close">, writer: StreamWriter, patience: WebTransportPatience) {
    this.#session = session;
    this.#writer = writer;
    this.#patience = patience;
  }

  /** Whether the client has left, or was sent away. */
  get gone(): boolean {
    return this.#state === "gone";
  }

  get writable(): boolean {
    return this.#state === "ready";
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
  }

  send(batch: readonly Outgoing[]): void {
    if (this.#state !== "ready") throw new TypeError(`Cannot send: the WebTransport stream is ${this.#state}`);
    this.#state = "busy";
    const frames = batch.flatMap((outgoing) => outgoing.frames.map(({ data }) => streamFrame(data)));
    this.#write(concatBytes(frames)).then(
      () => this.#sent(batch, undefined),
      (cause: unknown) => this.#sent(batch, cause ?? new Error("The WebTransport stream was closed")),
    );
  }

  sendAlone(packet: Packet): void {
    if (this.#state === "gone") return;
    this.#write(streamFrame(eio4.encodePacket(packet, true))).catch((cause: unknown) => {
      this.#gone("transport error", cause);
    });
  }

  close(how: "flush" | "discard"): void {
    if (this.#state === "gone") return;
    this.#endSession();
    this.#gone(how === "flush" ? "forced close" : "transport close");
  }

  /** A packet has come in. */
  received(packet: Packet): void {
    if (this.#state !== "gone") this.#events.received(packet);
  }

  /** What came in is no packet. */
  broken(cause: unknown): void {
    if (this.#state === "gone") return;
    this.#endSession();
    this.#gone("parse error", cause);
  }

  /** The stream or its session has ended, with the error if there was one. */
  ended(cause?: unknown): void {
    this.#gone(cause === undefined ? "transport close" : "transport error", cause);
  }

  #write(bytes: Uint8Array): Promise<void> {
    const written = this.#writer.write(bytes);
    this.#written = written.catch(() => undefined);
    return written;
  }

  #endSession(): void {
    const { clock, timeoutMs } = this.#patience;
    // A client that reads nothing would hold the session, and what was written, for as long as it likes.
    const stopTimer = clock.coarse(timeoutMs, () => this.#session.close());
    void this.#written.then(() => {
      stopTimer();
      this.#session.close();
    });
  }

  #sent(batch: readonly Outgoing[], cause: unknown): void {
    const failure: CloseReason | undefined = cause === undefined ? undefined : "transport error";
    for (const outgoing of batch) outgoing.flushed?.(failure);
    if (this.#state !== "busy") return;
    this.#state = "ready";
    if (failure === undefined) this.#events.drained();
    else this.#gone(failure, cause);
  }

  #gone(reason: CloseReason, cause?: unknown): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#events.carrierClosed(reason, cause);
  }
}
