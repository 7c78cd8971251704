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

import type { Alarm } from "../shared/clock.ts";
import { type Carrier, type CarrierEvents, DEAF, type Outgoing } from "./carrier.ts";
import type { CloseReason } from "./close-reason.ts";
import type { EngineDialect } from "./dialect.ts";
import { Heartbeat, type HeartbeatOwner } from "./heartbeat.ts";
import type { Packet } from "./packet.ts";
import type { SessionTerms } from "./session-terms.ts";
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

/** Where a session stands. */
export type SessionState =
  | { readonly at: "opening" }
  | { readonly at: "open"; readonly carrier: Carrier }
  | { readonly at: "draining"; readonly carrier: Carrier; readonly saidGoodbye: boolean }
  | { readonly at: "closed"; readonly reason: CloseReason };

const OPENING: SessionState = { at: "opening" };

/** What a transport has taken and not handed over, where that is nothing. */
const NOTHING: readonly Outgoing[] = [];

/** What waits where nothing does. */
const NO_BYTES = { size: 0 };

/** One session over one carrier at a time. */
export class EngineSession implements CarrierEvents, HeartbeatOwner, Alarm {
  readonly id: string;
  readonly #terms: SessionTerms;
  readonly #events: SessionEvents;
  readonly #heartbeat: Heartbeat;
  /** What waits for the transport; there is none where nothing does, which is nearly always. */
  #queue: WriteQueue | undefined;
  #state: SessionState = OPENING;
  #flushIsDue = false;
  /** The batch that the transport has not handed over yet. */
  #taken = NOTHING;
  /** Whether a pong waits, or is with a transport that has not handed it over. */
  #isPongUnsent = false;

  /** @param terms are shared with other sessions. */
  constructor(id: string, events: SessionEvents, terms: SessionTerms) {
    this.id = id;
    this.#terms = terms;
    this.#events = events;
    this.#heartbeat = new Heartbeat(terms, this);
  }

  get dialect(): EngineDialect {
    return this.#terms.dialect;
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
    return this.queued.length;
  }

  /** What waits for the transport. */
  get queued(): readonly Outgoing[] {
    return this.#queue?.waiting ?? NOTHING;
  }

  /** What has not been handed over: with the transport, or before it. */
  get unsent(): readonly Outgoing[] {
    return [...this.#taken, ...this.queued];
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
    this.#state = this.#state.at === "open" ? { at: "open", carrier } : { at: "draining", carrier, saidGoodbye: false };
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
    this.#push(outgoing);
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
    this.#taken = NOTHING;
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
      this.#state = { at: "draining", carrier: this.#state.carrier, saidGoodbye: false };
      this.#flush();
      this.#sayGoodbyeOnceEmpty();
    }
  }

  /** Ends the session at once; what waits still leaves if the transport takes it now, and is dropped otherwise. */
  discard(): void {
    if (this.#state.at === "open") this.#flush();
    this.#end("forced close");
  }

  /** The turn ends, in which something was sent. */
  ring(): void {
    this.#flushIsDue = false;
    this.#flush();
    const { maxBufferedBytes } = this.#terms;
    const { size } = this.#queue ?? NO_BYTES;
    if (size > maxBufferedBytes && this.waiting > 1) {
      const cause = `Cannot keep more than ${maxBufferedBytes} bytes: ${size} bytes wait for a peer that does not take them`;
      this.#end("transport error", new RangeError(cause));
    }
  }

  pingDue(): void {
    this.#events.heartbeat("ping");
    this.#sendHeartbeat("ping");
  }

  expired(): void {
    this.#end("ping timeout");
  }

  #receivedPing(): void {
    if (this.#terms.role === "pinger") {
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
    const frames = this.#terms.heartbeat[type];
    if (type === "ping") this.#push({ frames, compress: false });
    else {
      this.#isPongUnsent = true;
      const flushed = (): void => {
        this.#isPongUnsent = false;
      };
      this.#push({ frames, compress: false, flushed });
    }
    this.#flush();
  }

  #scheduleFlush(): void {
    if (this.#flushIsDue) return;
    this.#flushIsDue = true;
    this.#terms.clock.turnEnd(this);
  }

  #push(outgoing: Outgoing): void {
    this.#queue ??= new WriteQueue();
    this.#queue.push(outgoing);
  }

  #flush(): void {
    // Read anew each time: the carrier may go while it takes a batch.
    for (let carrier = this.carrier; carrier?.writable === true; carrier = this.carrier) {
      const queue = this.#queue;
      if (queue === undefined) return;
      this.#taken = queue.take(carrier.maxBatchBytes, this.dialect);
      if (queue.waiting.length === 0) this.#queue = undefined;
      this.#events.flushing?.(this.#taken);
      carrier.send(this.#taken);
      this.#events.flushed?.();
    }
  }

  #sayGoodbyeOnceEmpty(): void {
    if (this.#state.at !== "draining" || this.#state.saidGoodbye || this.waiting > 0) return;
    const { carrier } = this.#state;
    this.#state = { at: "draining", carrier, saidGoodbye: true };
    carrier.close("flush");
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
    const queue = this.#queue;
    this.#queue = undefined;
    queue?.clear(reason);
    const point = this.#terms.trace("session.closed");
    if (point.active) point.publish({ id: this.id, reason, cause });
    this.#events.closed(reason, cause);
  }
}
