// Forwards requests and WebSockets of clients whose session is on another node, and gives them what comes back.
// Place: bytes -> engine server -> **entrance** -> node post -> the node that has the session
//
//   a request: reading its body -> waiting -> answered        a WebSocket: asked -> relayed -> ended
//
// Rules: every request is answered, by the session or, where it cannot be reached, by what has clients begin anew; what waits
//        is bounded in number and time; a body is read, up to the limit, before anything is sent; nobody but the node that
//        was asked may answer.
// Source: docs/decisions/0029-sessions-of-other-nodes.md, "Decision"

import type { Cancel, Clock, Random } from "@bowline/protocol/internal";
import { HANDSHAKE_ERRORS, type HandshakeError, SHUTTING_DOWN } from "../handshake.ts";
import type {
  AnswerHeaders,
  BodyResult,
  HeadFacts,
  HttpExchange,
  RequestHead,
  UpgradeExchange,
} from "../http-exchange.ts";
import { EntranceRelay } from "./entrance-relay.ts";
import { decodeForEntrance, type EntranceMessage, type OwnerMessage } from "./forward-message.ts";
import { PROMPT_MS, TO_ENTRANCE } from "./node-link.ts";
import type { PostBox, SendTo } from "./node-post.ts";

/** A node that ends waits so long for the last answers, in milliseconds. */
const LAST_ANSWERS_MS = 1_000;

/** What it works with. */
export interface EntranceHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly send: SendTo<OwnerMessage>;
  /** What the broker has yet to take, in bytes. */
  unsentBytes(): number;
  /** Most requests and WebSockets that wait, or are relayed, at the same time. */
  maxInFlight(): number;
  /** Most bytes of a body. */
  maxBodyBytes(): number;
  /** Most bytes that may wait for another node, of one WebSocket, and for the broker, of all. */
  maxBufferedBytes(): number;
  /** How long a poll may wait, in milliseconds: longer than any session is silent. */
  pollPatienceMs(): number;
  refuse(exchange: HttpExchange, error: HandshakeError): void;
  refuseUpgrade(exchange: UpgradeExchange, error: HandshakeError): void;
}

type Pending =
  | { readonly is: "request"; readonly node: string; readonly exchange: HttpExchange; readonly stop: Cancel }
  | { readonly is: "upgrade"; readonly node: string; readonly exchange: UpgradeExchange; readonly stop: Cancel }
  | { readonly is: "relay"; readonly node: string; readonly relay: EntranceRelay };

/** Clients take this for the end of their session, and open a new one at once. */
function lostSession(name: string, node: string): HandshakeError {
  return { ...HANDSHAKE_ERRORS.unknownSession, context: { name, node } };
}

function busy(node: string): HandshakeError {
  return {
    ...HANDSHAKE_ERRORS.badRequest,
    status: 503,
    answer: "Server busy",
    context: { name: "TOO_MANY_FORWARDED", node },
  };
}

/** What another node has to know of a request. */
function factsOf(head: RequestHead): HeadFacts {
  const headers = Object.entries(head.headers()).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((one) => (one === undefined ? [] : [name, one])),
  );
  const { method, target, remoteAddress, secure } = head;
  return { method, target, remoteAddress, secure, headers };
}

/** The node that a client has come to, in the eyes of the one that has its session. */
export class Entrance implements PostBox<EntranceMessage> {
  readonly kind: string = TO_ENTRANCE;
  readonly #host: EntranceHost;
  readonly #pending: Map<number, Pending> = new Map();
  /** Bodies that are still being read. */
  #reading = 0;
  /** From anywhere on: of two nodes that get the same name, none has an answer for the other one. */
  #lastId: number;
  #isLeaving = false;
  /** Those who wait until nothing is on its way. */
  readonly #emptied: (() => void)[] = [];

  constructor(host: EntranceHost) {
    this.#host = host;
    this.#lastId = new DataView(Uint8Array.from(host.random.bytes(4)).buffer).getUint32(0);
  }

  /** How much is on its way. */
  get inFlight(): number {
    return this.#pending.size + this.#reading;
  }

  decode(bytes: Uint8Array): EntranceMessage | undefined {
    return decodeForEntrance(bytes);
  }

  /** Has another node answer a request. */
  forward(exchange: HttpExchange, node: string): void {
    if (this.#isBusy) {
      this.#host.refuse(exchange, busy(node));
    } else if (exchange.head.method !== "POST") {
      this.#send(exchange, node, new Uint8Array());
    } else {
      this.#reading += 1;
      exchange.body(this.#host.maxBodyBytes(), (body) => {
        this.#reading -= 1;
        this.#send(exchange, node, body);
      });
    }
  }

  /** Has another node take a WebSocket. */
  forwardUpgrade(exchange: UpgradeExchange, node: string): void {
    if (this.#isLeaving || this.#isBusy) {
      this.#host.refuseUpgrade(exchange, this.#isLeaving ? SHUTTING_DOWN : busy(node));
      return;
    }
    const id = this.#nextId();
    const stop = this.#host.clock.coarse(PROMPT_MS, () => this.#giveUp(id, "OWNER_SILENT"));
    this.#pending.set(id, { is: "upgrade", node, exchange, stop });
    this.#host.send(node, { type: "upgrade", id, head: factsOf(exchange.head) }, () =>
      this.#giveUp(id, "OWNER_OUT_OF_REACH"),
    );
  }

  take(node: string, message: EntranceMessage): void {
    const pending = this.#pending.get(message.id);
    if (pending === undefined) this.#tooLate(node, message);
    else if (pending.node === node) this.#settle(message, pending);
  }

  gone(node: string): void {
    for (const [id, pending] of [...this.#pending]) {
      if (pending.node !== node) continue;
      if (pending.is === "relay") pending.relay.relay.lost();
      else this.#giveUp(id, "OWNER_GONE");
    }
  }

  /** This node ends: polls that wait are answered by their sessions, and WebSockets end. */
  leave(): void {
    this.#isLeaving = true;
    for (const [id, pending] of [...this.#pending]) {
      if (pending.is === "relay") pending.relay.shut();
      else this.#host.send(pending.node, { type: "leaving", id });
    }
  }

  /** Settles when nothing is on its way any more, or after a second: a node that ends waits no longer. */
  answered(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.#host.clock.coarse(LAST_ANSWERS_MS, resolve);
      this.#emptied.push(() => {
        stop();
        resolve();
      });
    });
  }

  /** This node goes on, after `leave()`. */
  stay(): void {
    this.#isLeaving = false;
  }

  /** Whether too much is on its way, in number, or in bytes that the broker does not take. */
  get #isBusy(): boolean {
    const { maxInFlight, unsentBytes, maxBufferedBytes } = this.#host;
    return this.inFlight >= maxInFlight() || unsentBytes() > maxBufferedBytes();
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#pending.has(this.#lastId));
    return this.#lastId;
  }

  #send(exchange: HttpExchange, node: string, body: BodyResult): void {
    const id = this.#nextId();
    const { clock, send } = this.#host;
    const isPoll = exchange.head.method === "GET";
    const stop = clock.coarse(isPoll ? this.#host.pollPatienceMs() : PROMPT_MS, () => this.#giveUp(id, "OWNER_SILENT"));
    this.#pending.set(id, { is: "request", node, exchange, stop });
    send(node, { type: "request", id, head: factsOf(exchange.head), body }, () =>
      this.#giveUp(id, "OWNER_OUT_OF_REACH"),
    );
    if (isPoll && this.#isLeaving) send(node, { type: "leaving", id });
    exchange.onAborted(() => {
      if (this.#forget(id) !== undefined) send(node, { type: "gone", id });
    });
  }

  /** Nobody waits for it any more; who goes on with a WebSocket has to know. */
  #tooLate(node: string, { type, id }: EntranceMessage): void {
    if (type === "accepted" || type === "frames") this.#host.send(node, { type: "closed", id, end: {} });
  }

  #settle(message: EntranceMessage, pending: Pending): void {
    const { id } = message;
    switch (message.type) {
      case "answer": {
        if (pending.is !== "request") return;
        const { status, added, headers, body, compression, isConfirmed } = message.answer;
        const { node, exchange } = pending;
        for (const [name, value] of Object.entries(added)) exchange.setHeader(name, value);
        exchange.respond(status, headers, body, compression);
        if (isConfirmed) this.#host.send(node, { type: "delivered", id });
        this.#forget(id);
        return;
      }
      case "destroyed":
        if (pending.is !== "request") return;
        this.#forget(id);
        pending.exchange.destroy();
        return;
      case "accepted":
        if (pending.is === "upgrade") this.#accept(id, pending, message.headers);
        return;
      case "refused":
        if (pending.is !== "upgrade") return;
        this.#forget(id);
        pending.exchange.refuse(message.message, message.isPassing);
        return;
      case "frames":
      case "taken":
      case "closed":
        if (pending.is === "relay") pending.relay.relay.take(message);
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        message satisfies never;
    }
  }

  #accept(id: number, asked: Extract<Pending, { is: "upgrade" }>, headers: AnswerHeaders): void {
    const { node, exchange } = asked;
    if (this.#isLeaving) {
      this.#host.send(node, { type: "closed", id, end: {} });
      this.#forget(id);
      this.#host.refuseUpgrade(exchange, SHUTTING_DOWN);
      return;
    }
    asked.stop();
    const { clock, send } = this.#host;
    let stop: Cancel = () => undefined;
    const relay = new EntranceRelay(id, {
      clock,
      maxBufferedBytes: this.#host.maxBufferedBytes(),
      send: (message, failed) => send(node, message, failed),
      ended: () => {
        stop();
        this.#forget(id);
      },
    });
    this.#pending.set(id, { is: "relay", node, relay });
    // A client that has left meanwhile never opens it.
    stop = clock.coarse(PROMPT_MS, () => relay.shut());
    for (const [name, value] of Object.entries(headers)) exchange.setHeader(name, value);
    exchange.accept((port) => {
      stop();
      relay.opened(port);
    });
  }

  /** The session cannot be reached: its client is told so that it begins anew. */
  #giveUp(id: number, why: string): void {
    const pending = this.#forget(id);
    if (pending === undefined) return;
    const { node } = pending;
    switch (pending.is) {
      case "request":
        // Where the other node is there all the same, it has to know that nobody waits.
        this.#host.send(node, { type: "gone", id });
        this.#host.refuse(pending.exchange, lostSession(why, node));
        return;
      case "upgrade":
        // It may have been accepted, and is in the way of the next one as long as it goes on.
        this.#host.send(node, { type: "closed", id, end: {} });
        this.#host.refuseUpgrade(pending.exchange, lostSession(why, node));
        return;
      case "relay":
        return;
      /* v8 ignore next 2 -- @preserve */
      default:
        pending satisfies never;
    }
  }

  #forget(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (pending === undefined) return undefined;
    this.#pending.delete(id);
    if (pending.is !== "relay") pending.stop();
    if (this.inFlight === 0) for (const tell of this.#emptied.splice(0)) tell();
    return pending;
  }
}
