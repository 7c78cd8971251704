// A request, or one to become a WebSocket, that another node has forwarded: to the engine it looks like any other.
// Place: node link -> forwarding (**forwarded exchange**) -> engine server -> polling carrier, connection
// Rules: what is answered goes back to the node that the client has come to, once, and who asks hears whether it went on from
//        there; there is no request of the runtime here, since it is there.

import { encodeUtf8 } from "@bowline/protocol/internal";
import type {
  AnswerHeaders,
  BodyCompression,
  BodyResult,
  HttpExchange,
  RequestHead,
  UpgradeExchange,
  WebSocketPort,
} from "../http-exchange.ts";
import type { ForwardedAnswer } from "./forward-message.ts";

/** Where the answer to a request goes. */
export interface AnswerTo {
  answer(answer: ForwardedAnswer): void;
  destroy(): void;
}

/** A forwarded request. */
export class ForwardedExchange implements HttpExchange {
  readonly head: RequestHead;
  readonly native: undefined = undefined;
  readonly #body: BodyResult;
  readonly #to: AnswerTo;
  readonly #added: Record<string, string | string[]> = {};
  #state: "waiting" | "answered" | "aborted" = "waiting";
  #abortListeners: (() => void)[] = [];
  #deliveryListener: ((isDelivered: boolean) => void) | undefined;

  constructor(head: RequestHead, body: BodyResult, to: AnswerTo) {
    this.head = head;
    this.#body = body;
    this.#to = to;
  }

  get answered(): boolean {
    return this.#state === "answered";
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#added[name] = typeof value === "string" ? value : [...value];
  }

  body(limit: number, done: (body: BodyResult) => void): void {
    const body = this.#body;
    done(typeof body !== "string" && body.byteLength > limit ? "too-large" : body);
  }

  respond(status: number, headers: AnswerHeaders, body: string | Uint8Array = "", compression?: BodyCompression): void {
    if (this.#state !== "waiting") return;
    this.#state = "answered";
    const bytes = typeof body === "string" ? encodeUtf8(body) : body;
    const isConfirmed = this.#deliveryListener !== undefined;
    this.#to.answer({ status, added: this.#added, headers, compression, isConfirmed, body: bytes });
  }

  destroy(): void {
    if (this.#state !== "waiting") return;
    this.#state = "answered";
    this.#to.destroy();
  }

  onAborted(listener: () => void): void {
    if (this.#state === "aborted") listener();
    else this.#abortListeners.push(listener);
  }

  onDelivered(listener: (isDelivered: boolean) => void): void {
    this.#deliveryListener = listener;
  }

  /** It is known what became of the answer. */
  delivered(isDelivered: boolean): void {
    this.#deliveryListener?.(isDelivered);
  }

  /** The client has left, or the node that it has come to. */
  abort(): void {
    if (this.#state !== "waiting") return;
    this.#state = "aborted";
    const listeners = this.#abortListeners;
    this.#abortListeners = [];
    for (const listener of listeners) listener();
  }
}

/** Where the answer to a request for a WebSocket goes. */
export interface DecisionTo {
  /** @returns the WebSocket that will be. */
  accept(headers: AnswerHeaders): WebSocketPort;
  refuse(message: string, isPassing: boolean): void;
}

/** A forwarded request to become a WebSocket. */
export class ForwardedUpgrade implements UpgradeExchange {
  readonly head: RequestHead;
  readonly native: undefined = undefined;
  readonly #to: DecisionTo;
  readonly #added: Record<string, string | string[]> = {};
  #isSettled = false;

  constructor(head: RequestHead, to: DecisionTo) {
    this.head = head;
    this.#to = to;
  }

  setHeader(name: string, value: string | readonly string[]): void {
    this.#added[name] = typeof value === "string" ? value : [...value];
  }

  accept(opened: (port: WebSocketPort) => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    opened(this.#to.accept(this.#added));
  }

  refuse(message: string, isPassing: boolean = false): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#to.refuse(message, isPassing);
  }
}
