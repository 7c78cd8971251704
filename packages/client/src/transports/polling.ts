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

import type { EngineDialect, Frame } from "@bowline/protocol";
import {
  type Cancel,
  type CarrierEvents,
  type CloseReason,
  DEAF,
  eio4Client as eio4,
  type Outgoing,
} from "@bowline/protocol/internal";
import { codeOfAnswer, type Failure, TransportError, withoutQuery } from "../connect-error.ts";
import { detectByBody } from "../detect-by-body.ts";
import { revisionOfBody } from "../detect-revision.ts";
import type { FailureCode } from "../failure-code.ts";
import type { HttpAnswer, HttpCall } from "../platform.ts";
import { queryOf } from "../url.ts";
import { type Transport, type TransportClass, type TransportContext, transportClass } from "./transport.ts";

type PollingState = "idle" | "opening" | "open" | "pausing" | "paused" | "leaving" | "closed";

/** Makes a transport over HTTP requests. */
export function createPolling(context: TransportContext, http: HttpCall): Transport {
  const { connection, platform, options } = context;
  let { dialect } = context;
  let sid: string | undefined;
  let maxBatchBytes = Number.POSITIVE_INFINITY;
  let events: CarrierEvents = DEAF;
  let state: PollingState = "idle";
  let whenPaused: (() => void) | undefined;
  let poll: Cancel | undefined;
  let post: { readonly cancel: Cancel; readonly batch: readonly Outgoing[] } | undefined;

  const is = (...states: readonly PollingState[]): boolean => states.includes(state);

  function end(reason: CloseReason = "forced close"): void {
    if (is("closed")) return;
    state = "closed";
    const last = post;
    poll?.();
    poll = undefined;
    post = undefined;
    last?.cancel();
    for (const outgoing of last?.batch ?? []) outgoing.flushed?.(reason);
  }

  function fail(message: string, failure: Omit<Failure, "url">): void {
    const isTold = !is("closed", "leaving");
    end("transport error");
    if (!isTold) return;
    const error = new TransportError(message, { url: context.endpoint, ...failure });
    events.carrierClosed("transport error", error);
  }

  /** Asks for packets, or hands over a body of them. */
  function request(body: string | Uint8Array | undefined, succeeded: (answer: HttpAnswer) => void): Cancel {
    const { requestTimeout = 0 } = options;
    const { clock } = platform;
    const isPost = body !== undefined;
    const message = `xhr ${isPost ? "post" : "poll"} error`;
    let abort: Cancel | undefined;
    let stopTimer: Cancel | undefined;
    const cancel = (): void => {
      stopTimer?.();
      abort?.();
    };
    const failed = (error: unknown, code: FailureCode): void => {
      stopTimer?.();
      fail(message, { error, code });
    };
    try {
      abort = http(
        {
          method: isPost ? "POST" : "GET",
          url: context.url(dialect, sid),
          headers: {
            Accept: "*/*",
            ...options.extraHeaders,
            ...(isPost && { "Content-Type": "text/plain;charset=UTF-8" }),
          },
          connection,
          options,
          ...(isPost && { body }),
        },
        {
          answered(answer, code) {
            stopTimer?.();
            if (answer.status === 200) succeeded(answer);
            else fail(message, { ...answer, code: code ?? codeOfAnswer(answer) });
          },
          failed,
        },
      );
    } catch (error) {
      // What the platform cannot do, as with a header of two lines, fails like any other request, but not at once:
      // whoever asks is not ready for it.
      abort = clock.after(0, () => failed(withoutQuery(error), "REQUEST_INVALID"));
    }
    if (requestTimeout > 0) {
      stopTimer = clock.after(requestTimeout, () => {
        cancel();
        fail(message, { code: "TIMEOUT", detail: requestTimeout });
      });
    }
    return cancel;
  }

  function ask(): void {
    poll = request(undefined, ({ body }) => {
      poll = undefined;
      if (is("opening")) begin(body);
      else if (!is("leaving")) read(body);
    });
  }

  function goOn(): void {
    if (poll !== undefined) return;
    if (is("open")) {
      ask();
    } else if (is("pausing") && post === undefined) {
      state = "paused";
      whenPaused?.();
    }
  }

  /** The first body shows the revision, and is read in it. */
  function begin(body: string | Uint8Array): void {
    const readIn = (spoken: EngineDialect): void => {
      dialect = spoken;
      if (is("opening")) read(body);
    };
    const revision = revisionOfBody(body) ?? dialect.revision;
    if (revision === dialect.revision) readIn(dialect);
    else if (revision === 4) readIn(eio4);
    else {
      platform.elder(
        ({ engine }) => readIn(engine),
        (error) => fail("xhr poll error", { error, code: platform.codeOf(error) }),
      );
    }
  }

  function read(body: string | Uint8Array): void {
    try {
      for (const packet of dialect.decodePayload(body)) {
        events.received(packet);
        if (is("closed", "leaving")) return;
      }
    } catch (error) {
      // A handler of the program that throws is the program's affair.
      if (!(error instanceof SyntaxError)) throw error;
      const code = is("opening") ? "NOT_SOCKET_IO" : "PARSE_ERROR";
      fail("server error", { status: 200, body, error, code });
    } finally {
      goOn();
    }
  }

  function hand(batch: readonly Outgoing[], frames: readonly Frame[], done: () => void): void {
    post = { cancel: request(dialect.joinPayload(frames, false), done), batch };
  }

  function sayGoodbye(): void {
    hand([], [dialect.frame({ type: "close" }, true)], end);
  }

  const transport: Transport = {
    name: "polling",
    endsByPacket: true,
    get dialect() {
      return dialect;
    },
    get query() {
      return queryOf(context.url(dialect, sid));
    },
    get writable() {
      return is("open") && post === undefined;
    },
    get maxBatchBytes() {
      return maxBatchBytes;
    },
    // Of neither revision do clients send bodies of bytes.
    supportsBinary: false,
    get readyState() {
      return state;
    },
    listen(listener) {
      events = listener;
    },
    open() {
      state = "opening";
      ask();
    },
    settle(session) {
      ({ dialect, sid } = session);
      maxBatchBytes = session.maxPayload ?? maxBatchBytes;
      if (is("opening")) state = "open";
    },
    send(batch) {
      if (!is("open")) return;
      hand(
        batch,
        batch.flatMap(({ frames }) => frames),
        () => {
          post = undefined;
          for (const outgoing of batch) outgoing.flushed?.();
          // Whoever was told may have sent, or closed, already.
          if (post !== undefined) return;
          if (is("leaving")) sayGoodbye();
          else if (is("open")) events.drained();
          else goOn();
        },
      );
    },
    pause(done) {
      if (!is("open")) return;
      state = "pausing";
      whenPaused = done;
      goOn();
    },
    resume() {
      if (!is("pausing", "paused")) return;
      state = "open";
      goOn();
      if (transport.writable) events.drained();
    },
    close(how) {
      if (how === "discard" || is("idle", "opening", "closed")) {
        end();
      } else if (!is("leaving")) {
        state = "leaving";
        if (post === undefined) sayGoodbye();
        // Whatever becomes of the goodbye, nothing is heard of this session any more.
        events.carrierClosed("transport close");
      }
    },
  };
  return transport;
}

/**
 * Makes the class of polling over one way to send requests.
 * @param traits what is to be known of that way.
 */
export function pollingOver(http: HttpCall, traits?: Pick<TransportClass, "accepts" | "takesBinary">): TransportClass {
  return transportClass("polling", {
    create: (context) => createPolling(context, http),
    detect: detectByBody,
    ...traits,
  });
}
