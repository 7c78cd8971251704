// One Engine.IO session, for both sides and both revisions: order, heartbeat, batching, the end. No I/O.
// Place: bytes -> engine dialect -> **session** -> socket codec -> connection / namespace / socket
//
//   opening --attach--> open --close()--> draining --written, said goodbye--> closed
//                        |  \--replace--> open (an upgrade)                       ^
//                        \--discard(), carrier gone, ping timeout, bad packet ---/
//
// Rules: packets of one turn leave in one batch; nothing is written after close(), nothing received after the end;
//        `closed` is told exactly once.
// Source: docs/protocol/engine-4.md, "Closing" and "Heartbeat"

import type { Clock } from "../shared/clock.ts";
import type { Trace } from "../shared/trace.ts";
import { type Carrier, type CarrierEvents, DEAF, type Outgoing } from "./carrier.ts";
import type { CloseReason } from "./close-reason.ts";
import type { EngineDialect } from "./dialect.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Packet } from "./packet.ts";
import { WriteQueue } from "./write-queue.ts";

/** What a session tells its owner. */
export interface SessionEvents {
  /** A message from the peer. */
  message(data: string | Uint8Array): void;
  /** A ping was sent or received, or a pong came; the latency is known to the side that pinged. */
  heartbeat(type: "ping" | "pong", latencyMs?: number): void;
  /** Everything that was sent has been handed over. */
  drained(): void;
  /** A packet of any type came in, before it is acted upon. */
  packet?(packet: Packet): void;
  /** The transport is about to be handed a batch. */
  flushing?(batch: readonly Outgoing[]): void;
  /** The transport was handed a batch. */
  flushed?(): void;
  /** The session has ended; told once. */
  closed(reason: CloseReason, cause?: unknown): void;
}

/** What a session is made of. */
export interface SessionOptions {
  readonly id: string;
  readonly dialect: EngineDialect;
  readonly side: "client" | "server";
  readonly pingIntervalMs: number;
  readonly pingTimeoutMs: number;
  /**
   * How many bytes may wait for a peer that takes none, before it is given up. A single packet may be larger, and so may
   * all that is sent in one turn while the transport takes it.
   * @default Infinity
   */
  readonly maxBufferedBytes?: number;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly events: SessionEvents;
}

/** Where a session stands. */
export type SessionState =
  | { readonly at: "opening" }
  | { readonly at: "open"; readonly carrier: Carrier }
  | { readonly at: "draining"; readonly carrier: Carrier; readonly saidGoodbye: boolean }
  | { readonly at: "closed"; readonly reason: CloseReason };

/** One session over one carrier at a time. */
export class EngineSession implements CarrierEvents {
  readonly id: string;
  readonly dialect: EngineDialect;
  readonly #options: SessionOptions;
  readonly #events: SessionEvents;
  readonly #heartbeat: Heartbeat;
  readonly #queue = new WriteQueue();
  readonly #endTurn: () => void = () => this.#flushTurn();
  readonly #heartbeatLeft: () => void = () => {
    this.#isPongUnsent = false;
  };
  #state: SessionState = { at: "opening" };
  #flushIsDue = false;
  /** The batch that the transport has not handed over yet. */
  #taken: readonly Outgoing[] = [];
  /** Whether a pong waits, or is with a transport that has not handed it over. */
  #isPongUnsent = false;

  constructor(options: SessionOptions) {
    const { id, dialect, events } = options;
    this.id = id;
    this.dialect = dialect;
    this.#options = options;
    this.#events = events;
    this.#heartbeat = new Heartbeat({
      role: this.#pings ? "pinger" : "answerer",
      anyPacketProvesLife: dialect.anyPacketProvesLife,
      intervalMs: options.pingIntervalMs,
      timeoutMs: options.pingTimeoutMs,
      clock: options.clock,
      ping: () => {
        events.heartbeat("ping");
        this.#sendHeartbeat("ping");
      },
      expire: () => this.#end("ping timeout"),
    });
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The transport in use, while there is one. */
  get carrier(): Carrier | undefined {
    const state = this.#state;
    return state.at === "open" || state.at === "draining" ? state.carrier : undefined;
  }

  /** Whether the transport takes a batch now, so that what is sent in this turn leaves when the turn ends. */
  get writable(): boolean {
    return this.#state.at === "open" && this.#state.carrier.writable && !this.overdue;
  }

  /** How many packets wait for the transport. */
  get waiting(): number {
    return this.#queue.waiting.length;
  }

  /** What waits for the transport. */
  get queued(): readonly Outgoing[] {
    return this.#queue.waiting;
  }

  /** What has not been handed over: with the transport, or before it. */
  get unsent(): readonly Outgoing[] {
    return [...this.#taken, ...this.#queue.waiting];
  }

  /** Whether the peer should have been heard of by now; its timer may be throttled. */
  get overdue(): boolean {
    return this.#heartbeat.overdue;
  }

  /** Gives the session its first carrier. */
  attach(carrier: Carrier): void {
    if (this.#state.at !== "opening") throw new TypeError(`Cannot attach to session "${this.id}": it has a carrier`);
    this.#state = { at: "open", carrier };
    this.#heartbeat.start();
    carrier.listen(this);
    this.#scheduleFlush();
  }

  /** Moves the session to another carrier, the moment of an upgrade; the old one is deaf afterwards. */
  replace(carrier: Carrier): void {
    if (!("carrier" in this.#state)) {
      throw new TypeError(`Cannot replace the carrier of session "${this.id}": it is ${this.#state.at}`);
    }
    this.#state.carrier.listen(DEAF);
    // A pong that went down with the old transport is no reason to leave the next ping without an answer.
    this.#isPongUnsent = false;
    this.#state = { ...this.#state, carrier, ...(this.#state.at === "draining" && { saidGoodbye: false }) };
    this.#heartbeat.moved();
    carrier.listen(this);
    this.#flush();
    this.#sayGoodbyeOnceEmpty();
  }

  /** Queues a packet; it leaves when the turn ends, or when the transport takes it. */
  send(outgoing: Outgoing): void {
    if (this.#state.at === "draining" || this.#state.at === "closed") {
      outgoing.flushed?.("forced close");
      return;
    }
    this.#queue.push(outgoing);
    this.#scheduleFlush();
  }

  received(packet: Packet): void {
    const { carrier } = this;
    if (carrier === undefined) return;
    const { type, data = "" } = packet;
    const latencyMs = this.#heartbeat.saw(type);
    this.#events.packet?.(packet);
    // The other types mean nothing here.
    if (type === "message") {
      if (this.#state.at === "open") this.#events.message(data);
    } else if (type === "ping") {
      this.#receivedPing();
    } else if (latencyMs !== undefined) {
      this.#events.heartbeat("pong", latencyMs);
    } else if (type === "close" && carrier.endsByPacket) {
      this.#end(this.#state.at === "draining" ? "forced close" : "transport close");
    }
  }

  drained(): void {
    this.#taken = [];
    this.#flush();
    // The carrier may have gone while it took the batch.
    if (this.waiting === 0 && this.carrier?.writable === true) this.#events.drained();
    this.#sayGoodbyeOnceEmpty();
  }

  carrierClosed(reason: CloseReason, cause?: unknown): void {
    this.#finish(this.#state.at === "draining" ? "forced close" : reason, cause);
  }

  /** Ends the session once everything queued has been handed over. */
  close(): void {
    if (this.#state.at === "opening") {
      this.#finish("forced close");
    } else if (this.#state.at === "open") {
      this.#state = { ...this.#state, at: "draining", saidGoodbye: false };
      this.#flush();
      this.#sayGoodbyeOnceEmpty();
    }
  }

  /** Ends the session at once; what waits still leaves if the transport takes it now, and is dropped otherwise. */
  discard(): void {
    if (this.#state.at === "open") this.#flush();
    this.#end("forced close");
  }

  /** Whether the pings are ours to send. */
  get #pings(): boolean {
    return this.dialect.pinger === this.#options.side;
  }

  #receivedPing(): void {
    if (this.#pings) {
      const cause =
        "Cannot accept a ping: in this revision it is ours to send, so the peer seems to speak the other one";
      this.#end("transport error", new SyntaxError(cause));
      return;
    }
    this.#events.heartbeat("ping");
    // One answer proves our life to a peer that has read none yet; more would be memory in the hands of a flooder.
    if (!this.#isPongUnsent) this.#sendHeartbeat("pong");
  }

  #sendHeartbeat(type: "ping" | "pong"): void {
    // The owner may just have ended the session, and behind the goodbye nothing may follow.
    if (this.#state.at !== "open" && (this.#state.at !== "draining" || this.#state.saidGoodbye)) return;
    this.#isPongUnsent = type === "pong";
    const frames = [this.dialect.frame({ type }, false)];
    this.#queue.push({ frames, compress: false, flushed: this.#heartbeatLeft });
    this.#flush();
  }

  #scheduleFlush(): void {
    if (this.#flushIsDue) return;
    this.#flushIsDue = true;
    this.#options.clock.turnEnd(this.#endTurn);
  }

  #flushTurn(): void {
    this.#flushIsDue = false;
    this.#flush();
    const { maxBufferedBytes = Number.POSITIVE_INFINITY } = this.#options;
    const { size } = this.#queue;
    if (size > maxBufferedBytes && this.waiting > 1) {
      const cause = `Cannot keep more than ${maxBufferedBytes} bytes: ${size} bytes wait for a peer that does not take them`;
      this.#end("transport error", new RangeError(cause));
    }
  }

  #flush(): void {
    // Read anew each time: the carrier may go while it takes a batch.
    for (let carrier = this.carrier; carrier?.writable === true && this.waiting > 0; carrier = this.carrier) {
      this.#taken = this.#queue.take(carrier.maxBatchBytes, this.dialect);
      this.#events.flushing?.(this.#taken);
      carrier.send(this.#taken);
      this.#events.flushed?.();
    }
  }

  #sayGoodbyeOnceEmpty(): void {
    if (this.#state.at !== "draining" || this.#state.saidGoodbye || this.waiting > 0) return;
    this.#state = { ...this.#state, saidGoodbye: true };
    this.#state.carrier.close("flush");
  }

  #end(reason: CloseReason, cause?: unknown): void {
    this.#finish(reason, cause, this.carrier);
  }

  #finish(reason: CloseReason, cause?: unknown, survivor?: Carrier): void {
    if (this.#state.at === "closed") return;
    this.carrier?.listen(DEAF);
    this.#state = { at: "closed", reason };
    this.#heartbeat.stop();
    // Before anybody is told, so that a handler that throws keeps no transport alive.
    survivor?.close("discard");
    this.#queue.clear(reason);
    const point = this.#options.trace("session.closed");
    if (point.active) point.publish({ id: this.id, reason, cause });
    this.#events.closed(reason, cause);
  }
}
