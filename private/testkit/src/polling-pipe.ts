// Two carriers joined in memory, in the manner of long-polling: the server writes only while a GET waits, the client only
// while no POST is under way, and both ends count bytes.
// Place: bytes -> **carrier of a pipe** -> engine dialect (payloads) -> session
//
//   client:  polling --pause--> pausing --GET and POST landed--> paused --resume--> polling       any --close--> gone
//
// Rules: bodies go through the payload codec in both directions; GETs and POSTs travel on connections of their own;
//        a request that is refused is a transport error.

import type { EngineDialect } from "@bowline/protocol";
import {
  type CarrierEvents,
  type CloseReason,
  DEAF,
  type Outgoing,
  type PausableCarrier,
  type TransportName,
} from "@bowline/protocol/internal";
import { Link, type LinkOptions } from "./link.ts";
import { type Pipe, withFaults } from "./pipe.ts";
import { type Body, joinBatch, PollingServerEnd } from "./polling-server-end.ts";

/** How a polling pipe is made. */
export interface PollingPipeOptions extends LinkOptions {
  readonly dialect: EngineDialect;
  /** How many bytes one POST of the client may have; `Infinity` by default. */
  readonly maxBatchBytes?: number;
}

/** The wires of one polling connection; GETs and POSTs travel on connections of their own. */
interface PollingLinks {
  readonly getUp: Link;
  readonly getDown: Link;
  readonly postUp: Link;
  readonly postDown: Link;
}

/** The client's end: a loop of GETs, and POSTs one after the other. */
export class PollingClientEnd implements PausableCarrier {
  readonly name: TransportName = "polling";
  readonly endsByPacket: boolean = true;
  readonly maxBatchBytes: number;
  readonly supportsBinary: boolean;
  /** The bodies of the POSTs. */
  readonly bodies: Body[] = [];
  readonly #dialect: EngineDialect;
  readonly #server: PollingServerEnd;
  readonly #links: PollingLinks;
  #state: "idle" | "polling" | "paused" | "closing" | "gone" | { readonly paused: () => void } = "idle";
  #isGetting = false;
  #posting: readonly Outgoing[] | undefined;
  #events: CarrierEvents = DEAF;

  constructor(options: PollingPipeOptions, server: PollingServerEnd, links: PollingLinks) {
    this.maxBatchBytes = options.maxBatchBytes ?? Number.POSITIVE_INFINITY;
    this.#dialect = options.dialect;
    this.supportsBinary = options.dialect.binaryBodies;
    this.#server = server;
    this.#links = links;
  }

  get writable(): boolean {
    return (this.#state === "idle" || this.#state === "polling") && this.#posting === undefined;
  }

  get isGone(): boolean {
    return this.#state === "gone";
  }

  listen(events: CarrierEvents): void {
    this.#events = events;
  }

  /** Begins to poll. */
  open(): void {
    if (this.#state === "idle") this.#state = "polling";
    this.#poll();
  }

  /** Sends one GET, also where there must be none. */
  get(): void {
    this.#isGetting = true;
    const { getUp, getDown } = this.#links;
    getUp.push(() =>
      this.#server.get(
        (body) => getDown.push(() => this.#got(body)),
        () => getDown.push(() => this.#refused()),
      ),
    );
  }

  send(batch: readonly Outgoing[]): void {
    if (!this.writable) throw new TypeError("Cannot send: a POST is under way");
    this.#posting = batch;
    this.#post(joinBatch(this.#dialect, batch));
  }

  /** Sends one POST with a body that a test made up. */
  sendRaw(body: Body): void {
    this.#posting = [];
    this.#post(body);
  }

  /** Stops polling and writing once what is in flight has landed, then calls `done`. */
  pause(done: () => void): void {
    if (this.#state !== "idle" && this.#state !== "polling") return;
    this.#state = { paused: done };
    this.#settlePause();
  }

  /** Ends a pause; a `done` that was not called yet never will be. */
  resume(): void {
    if (this.#state !== "paused" && typeof this.#state !== "object") return;
    this.#state = "polling";
    this.#poll();
    if (this.writable) this.#events.drained();
  }

  close(how: "flush" | "discard"): void {
    if (this.#state === "gone" || this.#state === "closing") {
      if (how === "discard") this.#hangUp();
    } else if (how === "flush") {
      this.#state = "closing";
      if (this.#posting === undefined) this.#sayGoodbye();
    } else this.#hangUp();
  }

  /** Ends this end, which tells its listener. */
  gone(reason: CloseReason, cause?: unknown): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    const batch = this.#posting ?? [];
    this.#posting = undefined;
    for (const outgoing of batch) outgoing.flushed?.(reason);
    this.#events.carrierClosed(reason, cause);
  }

  #poll(): void {
    if (this.#state === "polling" && !this.#isGetting) this.get();
  }

  #got(body: Body): void {
    this.#isGetting = false;
    try {
      for (const packet of this.#dialect.decodePayload(body)) {
        if (this.isGone) return;
        this.#events.received(packet);
      }
    } catch (error) {
      this.gone("parse error", error);
    }
    this.#poll();
    this.#settlePause();
  }

  #post(body: Body): void {
    this.bodies.push(body);
    const { postUp, postDown } = this.#links;
    postUp.push(() =>
      this.#server.post(
        body,
        () => postDown.push(() => this.#posted()),
        () => postDown.push(() => this.#refused()),
      ),
    );
  }

  #posted(): void {
    const batch = this.#posting ?? [];
    this.#posting = undefined;
    for (const outgoing of batch) outgoing.flushed?.();
    if (this.#state === "closing") this.#sayGoodbye();
    else if (this.writable) this.#events.drained();
    this.#settlePause();
  }

  #refused(): void {
    this.gone("transport error", new Error("the server refused the request"));
  }

  #sayGoodbye(): void {
    this.#post(this.#dialect.joinPayload([this.#dialect.frame({ type: "close" }, true)], false));
    this.gone("forced close");
  }

  #hangUp(): void {
    if (this.#state === "gone") return;
    if (this.#isGetting) this.#links.getUp.push(() => this.#server.aborted());
    this.gone("transport close");
  }

  #settlePause(): void {
    if (typeof this.#state !== "object" || this.#isGetting || this.#posting !== undefined) return;
    const { paused } = this.#state;
    this.#state = "paused";
    paused();
  }
}

/** Makes two carriers that are joined by long-polling; the client begins to poll with `client.open()`. */
export function createPollingPipe(options: PollingPipeOptions): Pipe<PollingClientEnd, PollingServerEnd> {
  const seed = options.seed ?? 1;
  const links: PollingLinks = {
    getUp: new Link({ ...options, seed }),
    getDown: new Link({ ...options, seed: seed + 1 }),
    postUp: new Link({ ...options, seed: seed + 2 }),
    postDown: new Link({ ...options, seed: seed + 3 }),
  };
  const server = new PollingServerEnd(options.dialect);
  const client = new PollingClientEnd(options, server, links);
  return withFaults(client, server, [links.getUp, links.getDown, links.postUp, links.postDown]);
}
