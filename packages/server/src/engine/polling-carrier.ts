// Long-polling in the shape of any other transport: a parked GET is the way out, POSTs are the way in.
// Place: bytes -> **polling carrier** -> engine dialect -> session
//
//   idle <--answered-- parked (a GET waits)        idle --close("flush")--> leaving --next GET--> gone
//    \--park(GET)------^   \--close, goodbye packet--> gone        leaving --30 s--> gone
//
// Rules: at most one GET and one POST at a time, a second one ends the session; what a GET gets is one payload;
//        a malformed body is answered with `ok` all the same and ends the session; a too large one harms nobody.
// Source: docs/protocol/engine-4.md, "Polling", "Concurrency" and "Closing"

import type { EngineDialect, Packet } from "@bowline/protocol";
import {
  type Cancel,
  type Carrier,
  type CarrierEvents,
  type Clock,
  type CloseReason,
  DEAF,
  decodeUtf8,
  type Outgoing,
  type TransportName,
} from "@bowline/protocol/internal";
import type { HttpExchange } from "./http-exchange.ts";

const TEXT_HEADERS = { "Content-Type": "text/plain; charset=UTF-8", "cache-control": "no-store" } as const;
const BINARY_HEADERS = { "Content-Type": "application/octet-stream", "cache-control": "no-store" } as const;
const OK_HEADERS = { "Content-Type": "text/html", "cache-control": "no-store" } as const;
const NO_HEADERS = { "cache-control": "no-store" } as const;

/** A client that never fetches our goodbye is given up after this time. */
const GOODBYE_TIMEOUT_MS = 30_000;

/** So many packets of one body are heard before others get their turn. */
const PACKETS_PER_TURN = 1000;

/** The next packet, a refusal, or undefined at the end; a handler that throws is never taken for a malformed body. */
function nextPacket(packets: Iterator<Packet>): Packet | SyntaxError | undefined {
  try {
    const result = packets.next();
    return result.done === true ? undefined : result.value;
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    throw error;
  }
}

/** What a polling carrier is made of. */
export interface PollingOptions {
  readonly dialect: EngineDialect;
  /** Whether the client takes binary bodies. */
  readonly binary: boolean;
  readonly maxBodyBytes: number;
  readonly clock: Clock;
}

type PollingState =
  | { readonly at: "idle" }
  | { readonly at: "parked"; readonly exchange: HttpExchange }
  | { readonly at: "leaving"; readonly timer: Cancel }
  | { readonly at: "gone" };

/** The server's end of long-polling. */
export class PollingCarrier implements Carrier {
  readonly name: TransportName = "polling";
  readonly maxBatchBytes: number = Number.POSITIVE_INFINITY;
  readonly endsByPacket: boolean = true;
  readonly supportsBinary: boolean;
  readonly #options: PollingOptions;
  #state: PollingState = { at: "idle" };
  /** The POST under way: its body is still coming, or its packets are being heard. */
  #post: { readonly exchange: HttpExchange; readonly at: "arriving" | "heard" } | undefined;
  #events: CarrierEvents = DEAF;

  constructor(options: PollingOptions) {
    this.#options = options;
    this.supportsBinary = options.binary && options.dialect.binaryBodies;
  }

  get writable(): boolean {
    return this.#state.at === "parked";
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
  }

  /** Takes a GET, which waits until there is something to say. */
  park(exchange: HttpExchange): void {
    const state = this.#state;
    switch (state.at) {
      case "idle":
        this.#state = { at: "parked", exchange };
        exchange.onAborted(() => this.#aborted(exchange));
        this.#events.drained();
        return;
      case "parked":
        exchange.respond(400, NO_HEADERS);
        this.#fail("transport error", new Error("Cannot park a second GET: one is waiting already"));
        return;
      case "leaving":
        this.#answer(exchange, [{ type: "noop" }, { type: "close" }]);
        this.#gone("forced close");
        return;
      case "gone":
        exchange.respond(400, NO_HEADERS);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        state satisfies never;
    }
  }

  /** Takes a POST and hears its packets. */
  async post(exchange: HttpExchange): Promise<void> {
    if (this.#post !== undefined) {
      exchange.respond(400, NO_HEADERS);
      this.#fail("transport error", new Error("Cannot take a second POST: one is on its way already"));
      return;
    }
    const binary = exchange.head.header("content-type") === "application/octet-stream";
    if (binary && !this.#options.dialect.binaryBodies) {
      exchange.respond(400, NO_HEADERS);
      this.#fail("transport error", new Error("Cannot read the body: this protocol revision has no binary bodies"));
      return;
    }
    this.#post = { exchange, at: "arriving" };
    const body = await exchange.body(this.#options.maxBodyBytes);
    if (this.#state.at === "gone") return;
    if (body === "aborted") {
      this.#fail("transport error", new Error("The client went away while it was sending"));
    } else if (body === "too-large") {
      this.#post = undefined;
      exchange.respond(413, NO_HEADERS);
    } else {
      await this.#read(exchange, binary ? body : decodeUtf8(body));
    }
  }

  send(batch: readonly Outgoing[]): void {
    const state = this.#state;
    if (state.at !== "parked") throw new TypeError("Cannot send: no GET is waiting");
    this.#state = { at: "idle" };
    const body = this.#options.dialect.joinPayload(
      batch.flatMap((outgoing) => outgoing.frames),
      this.supportsBinary,
    );
    state.exchange.respond(200, typeof body === "string" ? TEXT_HEADERS : BINARY_HEADERS, body);
    for (const outgoing of batch) outgoing.flushed?.();
  }

  /** Answers a waiting GET with nothing, so that the client can leave for another transport. */
  release(): void {
    const state = this.#state;
    if (state.at !== "parked") return;
    this.#state = { at: "idle" };
    this.#answer(state.exchange, [{ type: "noop" }]);
  }

  close(how: "flush" | "discard"): void {
    const state = this.#state;
    switch (state.at) {
      case "parked":
        this.#answer(state.exchange, [{ type: "close" }]);
        this.#gone("forced close");
        return;
      case "idle":
        if (how === "discard") this.#gone("forced close");
        else {
          const timer = this.#options.clock.coarse(GOODBYE_TIMEOUT_MS, () => this.#gone("forced close"));
          this.#state = { at: "leaving", timer };
        }
        return;
      case "leaving":
        if (how === "discard") this.#gone("forced close");
        return;
      case "gone":
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        state satisfies never;
    }
  }

  /** Hears the packets of a body. A long one lets others have their turn now and then; the POST is under way until the end. */
  async #read(exchange: HttpExchange, body: string | Uint8Array): Promise<void> {
    this.#post = { exchange, at: "heard" };
    const packets = this.#options.dialect.decodePayload(body)[Symbol.iterator]();
    let next: Packet | SyntaxError | undefined;
    try {
      for (let heard = 1; this.#state.at !== "gone"; heard++) {
        next = nextPacket(packets);
        if (next === undefined || next instanceof SyntaxError) break;
        // The client says goodbye: a waiting GET gets a filler, since it is not us who closes.
        if (next.type === "close") this.release();
        this.#events.received(next);
        if (heard % PACKETS_PER_TURN === 0) await this.#breathe();
      }
    } finally {
      this.#post = undefined;
      exchange.respond(200, OK_HEADERS, "ok");
    }
    if (next instanceof SyntaxError) this.#fail("parse error", next);
  }

  /** Lets the event loop serve others. */
  #breathe(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.after(0, resolve);
    });
  }

  #answer(exchange: HttpExchange, packets: readonly Packet[]): void {
    exchange.respond(200, TEXT_HEADERS, this.#options.dialect.encodePayload(packets, false));
  }

  #aborted(exchange: HttpExchange): void {
    if (this.#state.at === "parked" && this.#state.exchange === exchange) {
      this.#state = { at: "idle" };
      this.#fail("transport error", new Error("The client went away while it was polling"));
    }
  }

  #fail(reason: CloseReason, cause: unknown): void {
    if (this.#state.at === "parked") this.#answer(this.#state.exchange, [{ type: "close" }]);
    this.#gone(reason, cause);
  }

  #gone(reason: CloseReason, cause?: unknown): void {
    if (this.#state.at === "gone") return;
    if (this.#state.at === "leaving") this.#state.timer();
    this.#state = { at: "gone" };
    if (this.#post?.at === "arriving") this.#post.exchange.destroy();
    this.#post = undefined;
    this.#events.carrierClosed(reason, cause);
  }
}
