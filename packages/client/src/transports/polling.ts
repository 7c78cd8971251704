// Long-polling as a carrier: one GET waits for packets, one POST at a time takes them away.
// Place: bytes -> **transport** -> engine dialect -> session
//
//   idle --open()--> opening --first body--> open --pause()--> pausing --nothing in flight--> paused
//                                            open <--resume()-- pausing, paused
//   any --close("flush")--> leaving --the POSTs are done--> closed       any --close("discard"), failure--> closed
//
// Rules: never two GETs or two POSTs at a time; only a 200 is success; the waiting GET is kept until the goodbye was
//        answered, since a server takes an aborted one for a failure; nothing is told after the end.
// Source: docs/protocol/engine-4.md, "Polling"

import { type EngineDialect, eio3, eio4, type Frame, type Packet } from "@bowline/protocol";
import { type Cancel, type CarrierEvents, type CloseReason, DEAF, type Outgoing } from "@bowline/protocol/internal";
import { type Failure, TransportError, withoutQuery } from "../connect-error.ts";
import { detectByBody } from "../detect-by-body.ts";
import { revisionOfBody } from "../detect-revision.ts";
import type { HttpAnswer, HttpCall, HttpEvents, HttpRequest } from "../platform.ts";
import { queryOf } from "../url.ts";
import type { Transport, TransportClass, TransportContext } from "./transport.ts";

type PollingState =
  | { readonly at: "idle" }
  | { readonly at: "opening" }
  | { readonly at: "open"; readonly sid: string }
  | { readonly at: "pausing"; readonly sid: string; readonly done: () => void }
  | { readonly at: "paused"; readonly sid: string }
  | { readonly at: "leaving"; readonly sid: string }
  | { readonly at: "closed" };

/** A transport over HTTP requests. */
export class PollingTransport implements Transport {
  readonly endsByPacket = true;
  readonly #context: TransportContext;
  readonly #http: HttpCall;
  #dialect: EngineDialect;
  #maxBatchBytes = Number.POSITIVE_INFINITY;
  #events: CarrierEvents = DEAF;
  #state: PollingState = { at: "idle" };
  #poll: Cancel | undefined;
  #post: { readonly cancel: Cancel; readonly batch: readonly Outgoing[] } | undefined;

  constructor(context: TransportContext, http: HttpCall) {
    this.#context = context;
    this.#http = http;
    this.#dialect = context.dialect;
  }

  get name(): "polling" {
    return "polling";
  }

  get query(): Readonly<Record<string, string>> {
    return queryOf(this.#context.url(this.#dialect, "sid" in this.#state ? this.#state.sid : undefined));
  }

  get dialect(): EngineDialect {
    return this.#dialect;
  }

  get writable(): boolean {
    return this.#state.at === "open" && this.#post === undefined;
  }

  get maxBatchBytes(): number {
    return this.#maxBatchBytes;
  }

  get supportsBinary(): boolean {
    return this.#dialect.binaryBodies && this.#context.options.forceBase64 !== true;
  }

  get readyState(): string {
    return this.#state.at;
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
  }

  open(): void {
    this.#state = { at: "opening" };
    this.#get(undefined);
  }

  settle({ dialect, sid, maxPayload }: Parameters<Transport["settle"]>[0]): void {
    this.#dialect = dialect;
    this.#maxBatchBytes = maxPayload ?? Number.POSITIVE_INFINITY;
    if (this.#state.at === "opening") this.#state = { at: "open", sid };
  }

  send(batch: readonly Outgoing[]): void {
    if (this.#state.at !== "open") return;
    this.#send(batch, this.#state.sid);
  }

  pause(done: () => void): void {
    if (this.#state.at !== "open") return;
    this.#state = { at: "pausing", sid: this.#state.sid, done };
    this.#pauseOnceIdle();
  }

  resume(): void {
    if (this.#state.at !== "pausing" && this.#state.at !== "paused") return;
    this.#state = { at: "open", sid: this.#state.sid };
    this.#pollAgain();
    if (this.writable) this.#events.drained();
  }

  close(how: "flush" | "discard"): void {
    const state = this.#state;
    if (how === "discard" || state.at === "idle" || state.at === "opening" || state.at === "closed") {
      this.#end();
      return;
    }
    if (state.at === "leaving") return;
    this.#state = { at: "leaving", sid: state.sid };
    if (this.#post === undefined) this.#sayGoodbye(state.sid);
    // Whatever becomes of the goodbye, nothing is heard of this session any more.
    this.#events.carrierClosed("transport close");
  }

  #get(sid: string | undefined): void {
    this.#poll = this.#request("GET", sid, undefined, (answer) => {
      this.#poll = undefined;
      this.#read(answer);
    });
  }

  #pollAgain(): void {
    if (this.#state.at === "open" && this.#poll === undefined) this.#get(this.#state.sid);
  }

  #read({ body }: HttpAnswer): void {
    if (this.#state.at === "leaving") return;
    try {
      if (this.#state.at === "opening") {
        const revision = revisionOfBody(body);
        if (revision !== undefined) this.#dialect = revision === 3 ? eio3 : eio4;
      }
      for (const packet of this.#dialect.decodePayload(body)) {
        this.#events.received(packet);
        if (this.#isOver()) return;
      }
    } catch (error) {
      // A handler of the program that throws is the program's affair.
      if (!(error instanceof SyntaxError)) throw error;
      const code = this.#state.at === "opening" ? "NOT_SOCKET_IO" : "PARSE_ERROR";
      this.#fail("server error", { status: 200, body, error, code });
      return;
    } finally {
      this.#pauseOnceIdle();
      this.#pollAgain();
    }
  }

  #isOver(): boolean {
    return this.#state.at === "closed" || this.#state.at === "leaving";
  }

  #pauseOnceIdle(): void {
    if (this.#state.at !== "pausing" || this.#poll !== undefined || this.#post !== undefined) return;
    const { sid, done } = this.#state;
    this.#state = { at: "paused", sid };
    done();
  }

  #send(batch: readonly Outgoing[], sid: string): void {
    const frames: readonly Frame[] = batch.flatMap((outgoing) => outgoing.frames);
    const body = this.#dialect.joinPayload(frames, this.supportsBinary);
    const cancel = this.#request("POST", sid, body, () => this.#sent(batch));
    this.#post = { cancel, batch };
  }

  #sent(batch: readonly Outgoing[]): void {
    this.#post = undefined;
    for (const outgoing of batch) outgoing.flushed?.();
    // Whoever was told may have sent, or closed, already.
    if (this.#post !== undefined) return;
    if (this.#state.at === "leaving") this.#sayGoodbye(this.#state.sid);
    else if (this.#state.at === "pausing") this.#pauseOnceIdle();
    else if (this.#state.at === "open") this.#events.drained();
  }

  #sayGoodbye(sid: string): void {
    const goodbye: Packet = { type: "close" };
    const body = this.#dialect.joinPayload([this.#dialect.frame(goodbye, true)], this.supportsBinary);
    const cancel = this.#request("POST", sid, body, () => this.#end());
    this.#post = { cancel, batch: [] };
  }

  #request(
    method: "GET" | "POST",
    sid: string | undefined,
    body: string | Uint8Array | undefined,
    succeeded: (answer: HttpAnswer) => void,
  ): Cancel {
    const { platform, options } = this.#context;
    const headers: Record<string, string> = { Accept: "*/*", ...options.extraHeaders };
    if (body !== undefined) {
      headers["Content-Type"] = typeof body === "string" ? "text/plain;charset=UTF-8" : "application/octet-stream";
    }
    const message = method === "GET" ? "xhr poll error" : "xhr post error";
    let stopTimer: Cancel | undefined;
    const abort = this.#start(
      {
        method,
        url: this.#context.url(this.#dialect, sid),
        headers,
        options,
        owner: this,
        ...(body !== undefined && { body }),
      },
      {
        answered: (answer, code) => {
          stopTimer?.();
          if (answer.status === 200) succeeded(answer);
          else this.#fail(message, code === undefined ? answer : { ...answer, code });
        },
        failed: (error, code) => {
          stopTimer?.();
          this.#fail(message, { error, code });
        },
      },
    );
    const cancel = (): void => {
      stopTimer?.();
      abort();
    };
    const { requestTimeout = 0 } = options;
    if (requestTimeout > 0) {
      stopTimer = platform.clock.after(requestTimeout, () => {
        cancel();
        this.#fail(message, { code: "TIMEOUT", detail: requestTimeout });
      });
    }
    return cancel;
  }

  /** A request that the platform cannot make, as with a header of two lines, fails like any other. */
  #start(request: HttpRequest, events: HttpEvents): Cancel {
    try {
      return this.#http(request, events);
    } catch (error) {
      // Not at once: whoever asks for the request is not ready for its failure.
      return this.#context.platform.clock.after(0, () => events.failed(withoutQuery(error), "REQUEST_INVALID"));
    }
  }

  #fail(message: string, failure: Omit<Failure, "url">): void {
    const isTold = !this.#isOver();
    this.#end("transport error");
    if (!isTold) return;
    const error = new TransportError(message, { url: this.#context.endpoint, ...failure });
    this.#events.carrierClosed("transport error", error);
  }

  #end(reason: CloseReason = "forced close"): void {
    if (this.#state.at === "closed") return;
    this.#state = { at: "closed" };
    const post = this.#post;
    this.#poll?.();
    this.#poll = undefined;
    this.#post = undefined;
    post?.cancel();
    for (const outgoing of post?.batch ?? []) outgoing.flushed?.(reason);
  }
}

/**
 * Makes the class of polling over one way to send requests.
 * @param traits what is to be known of that way.
 */
export function pollingOver(http: HttpCall, traits?: Pick<TransportClass, "accepts" | "takesBinary">): TransportClass {
  return Object.assign(
    class extends PollingTransport {
      static create(context: TransportContext): Transport {
        return new this(context, http);
      }
      static detect = detectByBody;
    },
    traits,
  );
}
