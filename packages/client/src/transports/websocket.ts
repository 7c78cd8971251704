// A WebSocket as a carrier: one packet per message.
// Place: bytes -> **transport** -> engine dialect -> session
//
//   idle --open()--> opening --opened--> open --handed over--> open     any --closed, failed, close()--> closed
//
// Rules: `writable` is false while the platform has not taken the batch before; a close of ours carries no status code;
//        after close() nothing is told but that.
// Source: docs/protocol/engine-4.md, "WebSocket"

import type { Packet } from "@bowline/protocol";
import { type CarrierEvents, type CloseReason, DEAF, type Outgoing } from "@bowline/protocol/internal";
import { type Failure, TransportError, webSocketClosed, withoutQuery } from "../connect-error.ts";
import { detectByPackets } from "../detect-by-packets.ts";
import type { OpenWebSocket, WebSocketEvents, WebSocketHandle } from "../platform.ts";
import { queryOf } from "../url.ts";
import { type Transport, type TransportClass, type TransportContext, transportClass } from "./transport.ts";

/** Makes a transport over one WebSocket. */
export function createWebSocket(context: TransportContext, openWebSocket: OpenWebSocket): Transport {
  const { connection, platform, options } = context;
  let { dialect, sid } = context;
  let events: CarrierEvents = DEAF;
  let state: "idle" | "opening" | "open" | "closed" = "idle";
  let handle: WebSocketHandle | undefined;
  /** Outgoing packets that the platform has not taken yet. */
  let unsent = 0;
  let failure: Omit<Failure, "url"> | undefined;

  function end(reason: CloseReason, cause?: unknown): void {
    state = "closed";
    events.carrierClosed(reason, cause);
  }

  function fail(message: string, why: Omit<Failure, "url">): void {
    end("transport error", new TransportError(message, { url: context.endpoint, ...why }));
  }

  function closed(code: number, reason: string): void {
    if (state === "closed") return;
    if (state === "open" && failure === undefined) {
      end("transport close", webSocketClosed(code, reason));
    } else {
      const error = new Error(`the WebSocket was closed with code ${code}`);
      fail("websocket error", failure ?? { error, code: "CONNECTION_RESET" });
    }
  }

  function message(data: string | Uint8Array): void {
    if (state !== "open") return;
    let packet: Packet;
    try {
      packet = dialect.decodePacket(data);
    } catch (error) {
      handle?.discard();
      fail("server error", { error, code: "PARSE_ERROR" });
      return;
    }
    events.received(packet);
  }

  function handedOver(outgoing: Outgoing, error: unknown): void {
    unsent--;
    outgoing.flushed?.(error === undefined || error === null ? undefined : "transport error");
    if (unsent === 0 && state === "open") events.drained();
  }

  const heard: WebSocketEvents = {
    opened() {
      if (state !== "opening") return;
      state = "open";
      context.opened();
    },
    message,
    failed(error, code, answer) {
      failure = { error, ...(code !== undefined && { code }), ...answer };
    },
    closed,
  };

  return {
    name: "websocket",
    endsByPacket: false,
    maxBatchBytes: Number.POSITIVE_INFINITY,
    supportsBinary: options.forceBase64 !== true,
    get dialect() {
      return dialect;
    },
    get query() {
      return queryOf(context.url(dialect, sid));
    },
    get writable() {
      return state === "open" && unsent === 0;
    },
    get ws() {
      return state === "closed" ? undefined : handle?.native;
    },
    get readyState() {
      return state;
    },
    listen(listener) {
      events = listener;
    },
    open() {
      state = "opening";
      try {
        handle = openWebSocket(
          { url: context.url(dialect, sid), protocols: options.protocols, connection, options },
          heard,
        );
      } catch (error) {
        // The platform refuses some URLs and subprotocols at once.
        failure = { error: withoutQuery(error), code: "REQUEST_INVALID" };
        // Not at once: the program has no chance to listen before the call that connects returns.
        platform.clock.after(0, () => closed(0, ""));
      }
    },
    settle(session) {
      ({ dialect, sid } = session);
    },
    send(batch) {
      if (state !== "open") return;
      unsent += batch.length;
      for (const outgoing of batch) {
        const { frames, compress } = outgoing;
        for (const [index, { data }] of frames.entries()) {
          const isLast = index === frames.length - 1;
          handle?.send(data, compress, isLast ? (error) => handedOver(outgoing, error) : undefined);
        }
      }
    },
    pause: (done) => done(),
    resume() {},
    close(how) {
      if (state === "closed") return;
      if (state === "open" && how === "flush") handle?.close();
      else handle?.discard();
      state = "closed";
      if (how === "flush") events.carrierClosed("transport close");
    },
  };
}

/** Makes the class of WebSockets over one way to open them. */
export function webSocketOver(openWebSocket: OpenWebSocket): TransportClass {
  return transportClass("websocket", {
    create: (context) => createWebSocket(context, openWebSocket),
    detect: detectByPackets,
  });
}
