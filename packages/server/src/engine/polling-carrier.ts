// Long-polling in the shape of any other transport: a parked GET is the way out, POSTs are the way in.
// Place: bytes -> **polling carrier** -> engine dialect -> session
//
//   idle <--answered-- parked (a GET waits)        idle --close("flush")--> leaving --next GET--> gone
//    \--park(GET)------^   \--close, goodbye packet--> gone        leaving --30 s--> gone
//    \--close("discard")--> gone: a GET that comes all the same is answered with the goodbye
//
// Rules: at most one GET and one POST at a time, a second one ends the session; what a GET gets is one payload, in a
//        script where the client polls by script elements; a malformed body is answered with `ok` all the same and ends
//        the session; a too large one harms nobody else; where nobody knows yet whether an answer has reached its client, the
//        next GET waits, and one that has not ends the session, since nobody would notice the gap.
// Source: docs/protocol/engine-4.md, "Polling", "Concurrency" and "Closing"; docs/protocol/engine-3.md, "JSONP"

import { decodeJsonp, encodeJsonp, type Packet, type ServerEngineDialect } from "@bowline/protocol";
import {
  type Cancel,
  type Carrier,
  type CarrierEvents,
  type Clock,
  type CloseReason,
  DEAF,
  decodeUtf8,
  type Outgoing,
  type Trace,
  type TransportName,
} from "@bowline/protocol/internal";
import type { AnswerContent } from "./answer-headers.ts";
import type { AnswerHeaders, BodyCompression, BodyResult, HttpExchange, RequestHead } from "./http-exchange.ts";
import { nextPacket } from "./next-packet.ts";
import type { RefusalCounts } from "./refusal-counts.ts";
import { ClientFault, traceRefusedRequest } from "./refusals.ts";

const NO_HEADERS = {} as const;

/** A client that never fetches our goodbye is given up after this time. */
const GOODBYE_TIMEOUT_MS = 30_000;

/** So many packets of one body are heard before others get their turn, where the time of a turn has not passed before. */
const PACKETS_PER_TURN = 1000;

/** So long, in milliseconds, one body keeps others waiting; a packet whose handler takes longer is heard to its end. */
const TURN_MS = 5;

/** The clock is looked at once in so many packets. */
const PACKETS_PER_LOOK = 16;

/** What a polling carrier is made of. */
export interface PollingOptions {
  readonly dialect: ServerEngineDialect;
  /** Whether the client takes binary bodies. */
  readonly binary: boolean;
  /** The index of a client that polls by script elements. */
  readonly jsonp: string | undefined;
  readonly maxBodyBytes: number;
  /** Whether a body over the limit is answered and forgotten, or costs the client its session. */
  readonly answersTooLargeBodies: boolean;
  /** When and how a payload is compressed; undefined for never. */
  readonly compression: BodyCompression | undefined;
  /** Headers of an answer; `isFirst` for the one that opens the session. */
  headers(head: RequestHead, content: AnswerContent, isFirst: boolean): AnswerHeaders;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly refusals: RefusalCounts;
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
  #hasAnswered = false;
  /** The GET whose answer is on its way to the client by another node. */
  #undelivered: HttpExchange | undefined;

  constructor(options: PollingOptions) {
    this.#options = options;
    this.supportsBinary = options.binary && options.dialect.binaryBodies;
  }

  get writable(): boolean {
    return this.#state.at === "parked" && this.#undelivered === undefined;
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
        this.tellWritable();
        return;
      case "parked":
        exchange.respond(400, NO_HEADERS);
        this.#fail(
          "transport error",
          new ClientFault("BOWLINE_REQUESTS_OVERLAP", "Cannot park a second GET: one is waiting already"),
        );
        return;
      case "leaving":
        this.#answer(exchange, [{ type: "noop" }, { type: "close" }]);
        this.#gone("forced close");
        return;
      case "gone":
        this.#answer(exchange, [{ type: "noop" }, { type: "close" }]);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        state satisfies never;
    }
  }

  /** Tells that a GET waits, if one does: as it is taken, and again once somebody listens. */
  tellWritable(): void {
    if (this.writable) this.#events.drained();
  }

  /** Takes a POST and hears its packets. */
  post(exchange: HttpExchange): void {
    if (this.#isGone) {
      // Nobody is here to hear it; the client learns that from its next poll.
      exchange.respond(200, this.#options.headers(exchange.head, "ok", false), "ok");
      return;
    }
    if (this.#post !== undefined) {
      exchange.respond(400, NO_HEADERS);
      this.#fail(
        "transport error",
        new ClientFault("BOWLINE_REQUESTS_OVERLAP", "Cannot take a second POST: one is on its way already"),
      );
      return;
    }
    const binary = exchange.head.header("content-type") === "application/octet-stream";
    if (binary && !this.#options.dialect.binaryBodies) {
      exchange.respond(400, NO_HEADERS);
      this.#fail(
        "transport error",
        new ClientFault(
          "BOWLINE_REQUESTS_OVERLAP",
          "Cannot read the body: this protocol revision has no binary bodies",
        ),
      );
      return;
    }
    this.#post = { exchange, at: "arriving" };
    exchange.body(this.#options.maxBodyBytes, (body) => this.#arrived(exchange, body, binary));
  }

  send(batch: readonly Outgoing[]): void {
    const state = this.#state;
    if (state.at !== "parked") throw new TypeError("Cannot send: no GET is waiting");
    this.#state = { at: "idle" };
    const [first] = batch;
    // Mostly one event has made the server answer.
    const frames =
      first !== undefined && batch.length === 1 ? first.frames : batch.flatMap((outgoing) => outgoing.frames);
    const body = this.#options.dialect.joinPayload(frames, this.supportsBinary);
    const compress = batch.some((outgoing) => outgoing.compress);
    this.#respond(state.exchange, body, compress ? this.#options.compression : undefined);
    for (const outgoing of batch) outgoing.flushed?.();
  }

  /** Answers a waiting GET with nothing, so that the client can leave for another transport. */
  release(): void {
    const state = this.#state;
    if (state.at !== "parked" || !this.writable) return;
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

  /** Read anew each time: the carrier may go while a body comes in. */
  get #isGone(): boolean {
    return this.#state.at === "gone";
  }

  /** A client whose body was too large goes on, or not, as its generation knows it. */
  #refuseTooLarge(exchange: HttpExchange): void {
    const { answersTooLargeBodies, maxBodyBytes } = this.#options;
    this.#post = undefined;
    if (answersTooLargeBodies) {
      this.#options.refusals.add("BOWLINE_MESSAGE_TOO_LARGE");
      traceRefusedRequest(this.#options.trace, exchange.head, "BOWLINE_MESSAGE_TOO_LARGE", { maxBodyBytes });
      exchange.respond(413, NO_HEADERS);
    } else {
      exchange.destroy();
      this.#fail(
        "parse error",
        new ClientFault("BOWLINE_MESSAGE_TOO_LARGE", `Cannot take the body: it has more than ${maxBodyBytes} bytes`),
      );
    }
  }

  /** A form without a payload is nothing to hear. */
  #arrived(exchange: HttpExchange, body: BodyResult, binary: boolean): void {
    const { dialect, jsonp } = this.#options;
    if (this.#isGone) return;
    if (body === "aborted") {
      // Somebody may be there all the same, where a middleware has read the body and kept it.
      exchange.respond(400, NO_HEADERS);
      this.#fail("transport error", new Error("The client went away while it was sending"));
    } else if (body === "too-large") {
      this.#refuseTooLarge(exchange);
    } else {
      const data = binary ? body : decodeUtf8(body);
      const payload = typeof data === "string" && jsonp !== undefined ? decodeJsonp(data) : data;
      const packets = payload === undefined ? [] : dialect.decodePayload(payload);
      this.#post = { exchange, at: "heard" };
      this.#hear(exchange, packets[Symbol.iterator]());
    }
  }

  /** Hears packets. A long body lets others have their turn now and then; the POST is under way until the end. */
  #hear(exchange: HttpExchange, packets: Iterator<Packet>): void {
    let rest: "more" | "none" | SyntaxError = "none";
    try {
      rest = this.#hearSome(packets);
    } finally {
      // Also where a handler has thrown: that is the program's mistake, and none of the client's.
      if (rest !== "more") {
        this.#post = undefined;
        exchange.respond(200, this.#options.headers(exchange.head, "ok", false), "ok");
      }
    }
    if (rest === "more") this.#options.clock.after(0, () => this.#hear(exchange, packets));
    else if (rest !== "none") this.#fail("parse error", rest);
  }

  /** @returns what the body holds beyond: more packets, nothing, or something that is no packet. */
  #hearSome(packets: Iterator<Packet>): "more" | "none" | SyntaxError {
    let until: number | undefined;
    for (let heard = 0; !this.#isGone; heard++) {
      if (heard === PACKETS_PER_TURN) return "more";
      if (heard > 0 && heard % PACKETS_PER_LOOK === 0) {
        const now = this.#options.clock.now();
        until ??= now + TURN_MS;
        if (now >= until) return "more";
      }
      const next = nextPacket(packets);
      if (next === undefined) return "none";
      if (next instanceof SyntaxError) return next;
      // The client says goodbye: a waiting GET gets a filler, since it is not us who closes.
      if (next.type === "close") this.release();
      this.#events.received(next);
    }
    return "none";
  }

  #answer(exchange: HttpExchange, packets: readonly Packet[]): void {
    this.#respond(exchange, this.#options.dialect.encodePayload(packets, false), undefined);
  }

  #respond(exchange: HttpExchange, payload: string | Uint8Array, compression: BodyCompression | undefined): void {
    const { jsonp, headers } = this.#options;
    const isFirst = !this.#hasAnswered;
    this.#hasAnswered = true;
    this.#follow(exchange);
    if (typeof payload !== "string") {
      exchange.respond(200, headers(exchange.head, "binary", isFirst), payload, compression);
    } else if (jsonp === undefined) {
      exchange.respond(200, headers(exchange.head, "text", isFirst), payload, compression);
    } else {
      const script = encodeJsonp(payload, jsonp);
      exchange.respond(200, headers(exchange.head, "script", isFirst), script, compression);
    }
  }

  /** Hears what becomes of the answer to a GET, where it is not on the client's connection at once. */
  #follow(exchange: HttpExchange): void {
    if (exchange.onDelivered === undefined) return;
    this.#undelivered = exchange;
    exchange.onDelivered((isDelivered) => {
      this.#undelivered = undefined;
      if (isDelivered) this.tellWritable();
      else this.#fail("transport error", new Error("An answer was lost on its way to the client, by another node"));
    });
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
