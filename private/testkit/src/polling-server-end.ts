// The server's end of long-polling in memory: a GET that waits is the way out, POSTs are the way in.
// Place: bytes -> **carrier of a pipe** -> engine dialect (payloads) -> session
//
//   idle --GET--> parked --answered--> idle     idle --close("flush")--> leaving --GET--> gone     parked --close--> gone
//
// Rules: a second GET ends the transport; a request for a server that is gone is refused.

import type { EngineDialect, Packet } from "@bowline/protocol";
import {
  type Carrier,
  type CarrierEvents,
  type CloseReason,
  DEAF,
  type Outgoing,
  type TransportName,
} from "@bowline/protocol/internal";

/** A polling body. */
export type Body = string | Uint8Array;

/** What one body of a polling transport holds. */
export function joinBatch(dialect: EngineDialect, batch: readonly Outgoing[]): Body {
  return dialect.joinPayload(
    batch.flatMap((outgoing) => outgoing.frames),
    dialect.binaryBodies,
  );
}

/** The server's end: a GET that waits is the way out. */
export class PollingServerEnd implements Carrier {
  readonly name: TransportName = "polling";
  readonly maxBatchBytes: number = Number.POSITIVE_INFINITY;
  readonly endsByPacket: boolean = true;
  readonly supportsBinary: boolean;
  /** The bodies of the answered GETs. */
  readonly bodies: Body[] = [];
  readonly #dialect: EngineDialect;
  #state: "idle" | "leaving" | "gone" | { readonly respond: (body: Body) => void } = "idle";
  #events: CarrierEvents = DEAF;

  constructor(dialect: EngineDialect) {
    this.#dialect = dialect;
    this.supportsBinary = dialect.binaryBodies;
  }

  get writable(): boolean {
    return typeof this.#state === "object";
  }

  get isGone(): boolean {
    return this.#state === "gone";
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
  }

  /** Takes a GET; `refuse` answers it with an error. */
  get(respond: (body: Body) => void, refuse: () => void): void {
    switch (this.#state) {
      case "idle":
        this.#state = { respond };
        this.#events.drained();
        return;
      case "leaving":
        this.#state = { respond };
        this.#answer([{ type: "noop" }, { type: "close" }]);
        this.gone("forced close");
        return;
      case "gone":
        refuse();
        return;
      default:
        refuse();
        this.#answer([{ type: "close" }]);
        this.gone("transport error", new Error("a second GET overlapped the first"));
    }
  }

  /** Takes a POST; `refuse` answers it with an error. */
  post(body: Body, respond: () => void, refuse: () => void): void {
    if (this.#state === "gone") {
      refuse();
      return;
    }
    try {
      for (const packet of this.#dialect.decodePayload(body)) {
        if (packet.type === "close") this.release();
        this.#events.received(packet);
        if (this.isGone) break;
      }
    } catch (error) {
      this.gone("parse error", error);
    }
    respond();
  }

  send(batch: readonly Outgoing[]): void {
    this.#respond(joinBatch(this.#dialect, batch));
    for (const outgoing of batch) outgoing.flushed?.();
  }

  /** Answers a waiting GET with nothing, so that the client can leave for another transport. */
  release(): void {
    if (this.writable) this.#answer([{ type: "noop" }]);
  }

  close(how: "flush" | "discard"): void {
    if (this.#state === "gone") return;
    if (this.writable) {
      this.#answer([{ type: "close" }]);
      this.gone("forced close");
    } else if (how === "discard") this.gone("forced close");
    else this.#state = "leaving";
  }

  /** The client hung up: a GET that waits ends the transport. */
  aborted(): void {
    if (this.writable) this.gone("transport error", new Error("the client went away while it was polling"));
  }

  /** Ends this end, which tells its listener. */
  gone(reason: CloseReason, cause?: unknown): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#events.carrierClosed(reason, cause);
  }

  #answer(packets: readonly Packet[]): void {
    const frames = packets.map((packet) => this.#dialect.frame(packet, true));
    this.#respond(this.#dialect.joinPayload(frames, false));
  }

  #respond(body: Body): void {
    if (typeof this.#state !== "object") throw new TypeError("Cannot send: no GET is waiting");
    const { respond } = this.#state;
    this.#state = "idle";
    this.bodies.push(body);
    respond(body);
  }
}
