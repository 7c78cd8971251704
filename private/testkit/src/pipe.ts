// Two carriers joined in memory, in the manner of a WebSocket: every frame is a packet, each side writes when it likes.
// Place: bytes -> **carrier of a pipe** -> engine dialect -> session
//
//   ready --send--> busy --handed over--> ready        busy --stalled reader--> busy
//   ready, busy --close, peer's close, bad packet, cut--> gone
//
// Rules: frames are decoded on the other side, so what arrives has been through the codec; a carrier that is gone says so
//        once and then nothing; a batch that was not handed over reports the reason.

import type { EngineDialect, Packet } from "@bowline/protocol";
import {
  type Carrier,
  type CarrierEvents,
  type Clock,
  type CloseReason,
  DEAF,
  type Outgoing,
  type TransportName,
} from "@bowline/protocol/internal";
import { Link, type LinkOptions } from "./link.ts";

/** How a pipe is made. */
export interface PipeOptions extends LinkOptions {
  readonly dialect: EngineDialect;
  /** Whether frames may hold bytes; true by default. */
  readonly supportsBinary?: boolean;
}

/** One end of a pipe. */
export class PipeEnd implements Carrier {
  readonly name: TransportName = "websocket";
  readonly maxBatchBytes: number = Number.POSITIVE_INFINITY;
  readonly endsByPacket: boolean = false;
  readonly supportsBinary: boolean;
  /** The frames that were handed over, batch by batch. */
  readonly batches: (readonly (string | Uint8Array)[])[] = [];
  readonly #clock: Clock;
  readonly #dialect: EngineDialect;
  readonly #outward: Link;
  #peer: PipeEnd | undefined;
  #events: CarrierEvents = DEAF;
  #state: "ready" | "busy" | "gone" = "ready";
  #batch: readonly Outgoing[] = [];
  #stalled = false;

  constructor(options: PipeOptions, outward: Link) {
    this.#clock = options.clock;
    this.#dialect = options.dialect;
    this.supportsBinary = options.supportsBinary ?? true;
    this.#outward = outward;
  }

  get writable(): boolean {
    return this.#state === "ready";
  }

  get isGone(): boolean {
    return this.#state === "gone";
  }

  /** Joins two ends; `createPipe` does it. */
  join(peer: PipeEnd): void {
    this.#peer = peer;
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
  }

  send(batch: readonly Outgoing[]): void {
    if (this.#state !== "ready") throw new TypeError(`Cannot send: the pipe is ${this.#state}`);
    this.#state = "busy";
    this.#batch = batch;
    this.#clock.after(0, () => this.#handOver());
  }

  /** Writes one packet at once, past any session, as the probes of an upgrade are. */
  sendAlone(packet: Packet): void {
    if (this.#state !== "gone") this.#write([this.#dialect.encodePacket(packet, this.supportsBinary)]);
  }

  close(how: "flush" | "discard"): void {
    if (this.#state === "gone") return;
    if (how === "flush") this.#handOverNow();
    this.#outward.push(() => this.#peer?.gone("transport close"));
    this.gone(how === "flush" ? "forced close" : "transport close");
  }

  /** The slow reader: what is sent from now on is not taken, so that `writable` stays false. */
  stall(): void {
    this.#stalled = true;
  }

  /** Ends `stall`. */
  resume(): void {
    this.#stalled = false;
    if (this.#state === "busy") this.#clock.after(0, () => this.#handOver());
  }

  /** Takes one frame as if it had come over the wire. */
  take(frame: string | Uint8Array): void {
    if (this.#state === "gone") return;
    let packet: Packet;
    try {
      packet = this.#dialect.decodePacket(frame);
    } catch (error) {
      this.gone("parse error", error);
      return;
    }
    this.#events.received(packet);
  }

  /** Ends this end, which tells its listener. */
  gone(reason: CloseReason, cause?: unknown): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#settle(reason);
    this.#events.carrierClosed(reason, cause);
  }

  #handOver(): void {
    if (this.#state !== "busy" || this.#stalled) return;
    this.#state = "ready";
    this.#handOverNow();
    this.#events.drained();
  }

  #handOverNow(): void {
    const frames = this.#batch.flatMap((outgoing) => outgoing.frames.map((frame) => frame.data));
    if (frames.length > 0) this.#write(frames);
    this.#settle();
  }

  #settle(failure?: CloseReason): void {
    const batch = this.#batch;
    this.#batch = [];
    for (const outgoing of batch) outgoing.flushed?.(failure);
  }

  #write(frames: readonly (string | Uint8Array)[]): void {
    this.batches.push(frames);
    for (const frame of frames) this.#outward.push(() => this.#peer?.take(frame));
  }
}

/** Two ends and what can go wrong between them. */
export interface Pipe<ClientEnd = PipeEnd, ServerEnd = PipeEnd> {
  readonly client: ClientEnd;
  readonly server: ServerEnd;
  /** How many things are on their way, in either direction. */
  readonly inFlight: number;
  /** The cable is cut and both sides notice. */
  cut(): void;
  /** Half-open: everything is swallowed and nobody notices. */
  silence(): void;
  /** Ends silence and losses; what was swallowed stays lost. */
  heal(): void;
}

/** What the ends of any pipe can be told. */
interface Mortal {
  gone(reason: CloseReason, cause?: unknown): void;
}

/** Puts the faults of several links behind one face. */
export function withFaults<ClientEnd extends Mortal, ServerEnd extends Mortal>(
  client: ClientEnd,
  server: ServerEnd,
  links: readonly Link[],
): Pipe<ClientEnd, ServerEnd> {
  return {
    client,
    server,
    get inFlight(): number {
      return links.reduce((sum, link) => sum + link.inFlight, 0);
    },
    cut(): void {
      for (const link of links) link.cut();
      client.gone("transport error", new Error("the cable was cut"));
      server.gone("transport error", new Error("the cable was cut"));
    },
    silence(): void {
      for (const link of links) link.silence();
    },
    heal(): void {
      for (const link of links) link.heal();
    },
  };
}

/**
 * Makes two carriers that are joined like the ends of a WebSocket.
 * @example
 * const clock = createFakeClock();
 * const pipe = createPipe({ clock, dialect: eio4, delayMs: 20 });
 * pipe.server.listen(session);
 * pipe.client.sendAlone({ type: "message", data: "hello" });
 * clock.advance(20);
 */
export function createPipe(options: PipeOptions): Pipe {
  const seed = options.seed ?? 1;
  const up = new Link({ ...options, seed });
  const down = new Link({ ...options, seed: seed + 1 });
  const client = new PipeEnd(options, up);
  const server = new PipeEnd(options, down);
  client.join(server);
  server.join(client);
  return withFaults(client, server, [up, down]);
}
