// Serves requests that other nodes have forwarded for sessions of this one.
// Place: node link -> node post -> **owner desk** -> engine server, which serves them like any other
// Rules: a request is known by the node that it came to and the number that it has there; one number is used once at a time;
//        a node that has gone takes its requests and WebSockets along, as clients that leave do, and the answers that nobody
//        has confirmed; what a single node may have waiting here is bounded.

import { type Cancel, type Clock, encodeUtf8 } from "@bowline/protocol/internal";
import { HANDSHAKE_ERRORS } from "../handshake.ts";
import type { BodyResult, HeadFacts, HttpExchange, RequestHead, UpgradeExchange } from "../http-exchange.ts";
import { parseQuery } from "../query.ts";
import {
  decodeForOwner,
  type EntranceMessage,
  type ForwardedAnswer,
  type OwnerMessage,
  type RelayMessage,
} from "./forward-message.ts";
import { ForwardedExchange, ForwardedUpgrade } from "./forwarded-exchange.ts";
import { PROMPT_MS, TO_OWNER } from "./node-link.ts";
import type { PostBox, SendTo } from "./node-post.ts";
import { RelayedPort } from "./relayed-port.ts";

/** What the desk works with. */
export interface OwnerDeskHost {
  readonly clock: Clock;
  readonly reportUncaught: (error: unknown) => void;
  readonly send: SendTo<EntranceMessage>;
  /** Most requests and WebSockets of one node. */
  maxPerNode(): number;
  /** Makes what programs see of a request. */
  headOf(facts: HeadFacts): RequestHead;
  serve(exchange: HttpExchange): void;
  serveUpgrade(exchange: UpgradeExchange): void;
  /** Answers the poll of a session that waits, so that its client comes again. */
  releasePoll(sid: string): void;
}

type Served =
  | { readonly is: "request"; readonly exchange: ForwardedExchange }
  /** It was answered, and the other node has yet to say what became of that. */
  | { readonly is: "answer"; readonly exchange: ForwardedExchange; readonly stop: Cancel }
  | { readonly is: "websocket"; readonly port: RelayedPort };

const BUSY: ForwardedAnswer = {
  status: 503,
  added: {},
  headers: {},
  compression: undefined,
  isConfirmed: false,
  body: new Uint8Array(),
};

const { status: LOST_STATUS, code, message } = HANDSHAKE_ERRORS.unknownSession;

/** To a client whose answer was lost between the nodes, and whose session has ended with it. */
const LOST: ForwardedAnswer = { ...BUSY, status: LOST_STATUS, body: encodeUtf8(JSON.stringify({ code, message })) };

/** The node that has a session, in the eyes of the others. */
export class OwnerDesk implements PostBox<OwnerMessage> {
  readonly kind: string = TO_OWNER;
  readonly #host: OwnerDeskHost;
  readonly #nodes: Map<string, Map<number, Served>> = new Map();

  constructor(host: OwnerDeskHost) {
    this.#host = host;
  }

  decode(bytes: Uint8Array): OwnerMessage | undefined {
    return decodeForOwner(bytes);
  }

  take(node: string, message: OwnerMessage): void {
    switch (message.type) {
      case "request":
        this.#serve(node, message.id, this.#host.headOf(message.head), message.body);
        return;
      case "upgrade":
        this.#serveUpgrade(node, message.id, this.#host.headOf(message.head));
        return;
      case "gone":
        this.#lose(this.#forget(node, message.id));
        return;
      case "delivered":
        this.#delivered(node, message.id);
        return;
      case "leaving":
        this.#release(this.#served(node, message.id));
        return;
      case "frames":
      case "taken":
      case "closed":
        this.#relay(node, message);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        message satisfies never;
    }
  }

  gone(node: string): void {
    const served = this.#nodes.get(node);
    this.#nodes.delete(node);
    for (const one of served?.values() ?? []) this.#lose(one);
  }

  /** What a node has waiting here, for tests and for those who look. */
  countOf(node: string): number {
    return this.#nodes.get(node)?.size ?? 0;
  }

  #serve(node: string, id: number, head: RequestHead, body: BodyResult): void {
    const { send } = this.#host;
    if (this.#isFull(node, id)) {
      send(node, { type: "answer", id, answer: BUSY });
      return;
    }
    const exchange = new ForwardedExchange(head, body, {
      answer: (answer) => {
        this.#forget(node, id);
        if (answer.isConfirmed) this.#await(node, id, exchange);
        send(node, { type: "answer", id, answer }, () => this.#undelivered(node, id));
      },
      destroy: () => {
        this.#forget(node, id);
        send(node, { type: "destroyed", id });
      },
    });
    this.#enter(node, id, { is: "request", exchange });
    this.#host.serve(exchange);
  }

  #serveUpgrade(node: string, id: number, head: RequestHead): void {
    const { send } = this.#host;
    const exchange = new ForwardedUpgrade(head, {
      accept: (headers) => {
        const port = new RelayedPort(id, {
          send: (message, failed) => send(node, message, failed),
          ended: () => void this.#forget(node, id),
          reportUncaught: this.#host.reportUncaught,
        });
        this.#enter(node, id, { is: "websocket", port });
        send(node, { type: "accepted", id, headers });
        return port;
      },
      refuse: (message, isPassing) => send(node, { type: "refused", id, message, isPassing }),
    });
    if (this.#isFull(node, id)) exchange.refuse("Server busy", true);
    else this.#host.serveUpgrade(exchange);
  }

  #relay(node: string, message: RelayMessage): void {
    const served = this.#served(node, message.id);
    if (served?.is === "websocket") served.port.relay.take(message);
    // Whoever goes on sending does not know that it is over.
    else if (message.type === "frames") this.#host.send(node, { type: "closed", id: message.id, end: {} });
  }

  #release(served: Served | undefined): void {
    if (served?.is !== "request") return;
    const { head } = served.exchange;
    if (head.method === "GET") this.#host.releasePoll(parseQuery(head.target).sid);
  }

  #lose(served: Served | undefined): void {
    if (served === undefined) return;
    switch (served.is) {
      case "request":
        served.exchange.abort();
        return;
      case "answer":
        served.stop();
        served.exchange.delivered(false);
        return;
      case "websocket":
        served.port.relay.lost();
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        served satisfies never;
    }
  }

  /** An answer is on its way, and a messages between nodes may be lost. */
  #await(node: string, id: number, exchange: ForwardedExchange): void {
    const stop = this.#host.clock.coarse(PROMPT_MS, () => this.#undelivered(node, id));
    this.#enter(node, id, { is: "answer", exchange, stop });
  }

  #delivered(node: string, id: number): void {
    const served = this.#served(node, id);
    if (served?.is !== "answer") return;
    this.#forget(node, id);
    served.stop();
    served.exchange.delivered(true);
  }

  /** An answer has not come to the other node: a client that still waits there is told that its session has ended. */
  #undelivered(node: string, id: number): void {
    if (this.#served(node, id)?.is !== "answer") return;
    this.#lose(this.#forget(node, id));
    this.#host.send(node, { type: "answer", id, answer: LOST });
  }

  /** Whether a node has too much waiting here, or uses a number twice. */
  #isFull(node: string, id: number): boolean {
    const served = this.#nodes.get(node);
    return served !== undefined && (served.has(id) || served.size >= this.#host.maxPerNode());
  }

  #enter(node: string, id: number, one: Served): void {
    const served = this.#nodes.get(node) ?? new Map<number, Served>();
    this.#nodes.set(node, served);
    served.set(id, one);
  }

  #served(node: string, id: number): Served | undefined {
    return this.#nodes.get(node)?.get(id);
  }

  #forget(node: string, id: number): Served | undefined {
    const served = this.#nodes.get(node);
    const one = served?.get(id);
    served?.delete(id);
    if (served?.size === 0) this.#nodes.delete(node);
    return one;
  }
}
