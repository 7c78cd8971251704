// A channel of messages as a carrier, one packet per message: what WebSocket and WebTransport have in common.
// Place: bytes -> **transport** -> engine dialect -> session
//
//   idle --open()--> opening --opened--> open --handed over--> open     any --ended, close()--> closed
//
// Rules: `writable` is false while the platform has not taken the batch before; after close() nothing is told but that.
// Source: docs/protocol/engine-4.md, "WebSocket"

import type { Packet } from "@bowline/protocol";
import { type CarrierEvents, DEAF, type Outgoing, type TransportName } from "@bowline/protocol/internal";
import { type CloseDetails, type Failure, TransportError, withoutQuery } from "../connect-error.ts";
import { queryOf } from "../url.ts";
import type { Transport, TransportContext } from "./transport.ts";

/** An open or opening channel. */
export interface Channel {
  /** The platform's own object, where programs may look at it. */
  readonly native?: unknown;
  /** Sends a batch; each packet is told when the platform has taken it, or with the reason why it did not. */
  send(batch: readonly Outgoing[], taken: (outgoing: Outgoing, error?: unknown) => void): void;
  /** Says goodbye once all of it has left. */
  close(): void;
  /** Gives it up. */
  discard(): void;
}

/** What a channel tells. */
export interface ChannelEvents {
  opened(): void;
  message(data: string | Uint8Array): void;
  received(packet: Packet): void;
  /** Something went wrong; `ended` follows. */
  failed(failure: Omit<Failure, "url">): void;
  /** @param why what to say of a channel that never opened. */
  ended(details?: CloseDetails, why?: string): void;
}

/** Makes a transport over one channel; opening it may throw. */
export function createChannelTransport(
  name: TransportName,
  context: TransportContext,
  openChannel: (url: string, events: ChannelEvents) => Channel,
): Transport {
  const { endpoint, options, platform } = context;
  let { dialect, sid } = context;
  let events: CarrierEvents = DEAF;
  let state: "idle" | "opening" | "open" | "closed" = "idle";
  let channel: Channel | undefined;
  /** Outgoing packets that the platform has not taken yet. */
  let unsent = 0;
  let failure: Omit<Failure, "url"> | undefined;

  function taken({ flushed }: Outgoing, error?: unknown): void {
    unsent--;
    flushed?.(error === undefined || error === null ? undefined : "transport error");
    if (unsent === 0 && state === "open") events.drained();
  }

  const heard: ChannelEvents = {
    opened() {
      if (state !== "opening") return;
      state = "open";
      context.opened();
    },
    message(data) {
      if (state !== "open") return;
      let packet: Packet;
      try {
        packet = dialect.decodePacket(data);
      } catch (error) {
        channel?.discard();
        failure = { error, code: "PARSE_ERROR" };
        heard.ended();
        return;
      }
      events.received(packet);
    },
    received(packet) {
      if (state === "open") events.received(packet);
    },
    failed(why) {
      failure = why;
    },
    ended(details, why) {
      if (state === "closed") return;
      const isClosed = state === "open" && failure === undefined;
      state = "closed";
      if (isClosed) {
        events.carrierClosed("transport close", details);
        return;
      }
      // An undecodable packet has upstream's name for it, as on every transport.
      const message = failure?.code === "PARSE_ERROR" ? "server error" : `${name} error`;
      const reset = { error: new Error(why), code: "CONNECTION_RESET" } as const;
      events.carrierClosed("transport error", new TransportError(message, { url: endpoint, ...(failure ?? reset) }));
    },
  };

  return {
    name,
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
      return state === "closed" ? undefined : channel?.native;
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
        channel = openChannel(context.url(dialect, sid), heard);
      } catch (error) {
        // The platform refuses some URLs, subprotocols and options at once.
        failure = { error: withoutQuery(error), code: "REQUEST_INVALID" };
        // Not at once: the program has no chance to listen before the call that connects returns.
        platform.clock.after(0, () => heard.ended());
      }
    },
    settle(session) {
      ({ dialect, sid } = session);
    },
    send(batch) {
      if (state !== "open") return;
      unsent += batch.length;
      channel?.send(batch, taken);
    },
    pause: (done) => done(),
    resume() {},
    close(how) {
      if (state === "closed") return;
      const isGoodbye = state === "open" && how === "flush";
      state = "closed";
      if (isGoodbye) channel?.close();
      else channel?.discard();
      if (how === "flush") events.carrierClosed("transport close");
    },
  };
}
