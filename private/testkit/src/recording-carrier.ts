// A carrier that goes nowhere: it writes down what it is told, and the test says when it is writable and what it hears.
// Place: bytes -> **carrier** -> engine dialect -> session, with the test in the place of the bytes
// Rules: it never acts by itself, so that each step of a session can be looked at alone.

import { type Carrier, type CarrierEvents, DEAF, type Outgoing, type TransportName } from "@bowline/protocol/internal";

/** What a test may decide about a recording carrier. */
export interface RecordingCarrierOptions {
  readonly name?: TransportName;
  readonly maxBatchBytes?: number;
  readonly endsByPacket?: boolean;
  /** Whether it stays writable after a batch; false by default, as with real transports. */
  readonly staysWritable?: boolean;
}

/** A carrier that a test holds in its hands. */
export class RecordingCarrier implements Carrier {
  readonly name: TransportName;
  readonly maxBatchBytes: number;
  readonly endsByPacket: boolean;
  readonly supportsBinary: boolean = true;
  writable = true;
  /** The frames of each batch, in order. */
  readonly batches: (readonly (string | Uint8Array)[])[] = [];
  /** Whether the packets of each batch may be compressed. */
  readonly compressed: (readonly boolean[])[] = [];
  /** How it was closed, in order. */
  readonly closes: ("flush" | "discard")[] = [];
  /** What else happens inside `send`. */
  whenSent: () => void = () => undefined;
  /** The one who hears of what happens, as the session set it. */
  listener: CarrierEvents = DEAF;
  /** The one who heard of it before, as a transport that is slow to learn would still tell. */
  formerListener: CarrierEvents = DEAF;
  readonly #staysWritable: boolean;
  #unsettled: Outgoing[] = [];

  constructor(options: RecordingCarrierOptions = {}) {
    this.name = options.name ?? "websocket";
    this.maxBatchBytes = options.maxBatchBytes ?? Number.POSITIVE_INFINITY;
    this.endsByPacket = options.endsByPacket ?? false;
    this.#staysWritable = options.staysWritable ?? false;
  }

  listen(events: CarrierEvents): void {
    this.formerListener = this.listener;
    this.listener = events;
  }

  send(batch: readonly Outgoing[]): void {
    if (!this.writable) throw new TypeError("Cannot send: the carrier is not writable");
    this.writable = this.#staysWritable;
    this.batches.push(batch.flatMap((outgoing) => outgoing.frames.map((frame) => frame.data)));
    this.compressed.push(batch.map((outgoing) => outgoing.compress));
    this.#unsettled.push(...batch);
    this.whenSent();
  }

  close(how: "flush" | "discard"): void {
    this.closes.push(how);
  }

  /** The platform took what was sent: the packets learn it, and the next batch is welcome. */
  drain(): void {
    const settled = this.#unsettled;
    this.#unsettled = [];
    this.writable = true;
    for (const outgoing of settled) outgoing.flushed?.();
    this.listener.drained();
  }
}
