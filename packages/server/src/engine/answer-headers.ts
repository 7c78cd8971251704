// The headers of the engine's own answers: caching, the cookie, old browsers, other origins, and what programs add.
// Place: bytes <- **answer headers** <- polling carrier, engine server
// Rules: where nothing has been asked for, the same few objects serve all answers; a program may change the headers of
//        an answer, but not of one that refuses.
// Source: docs/protocol/engine-4.md, "Polling", "Cookies" and "CORS"

import type { NativeRequest } from "../runtime/node/native-types.ts";
import { type CookieWriter, createCookieWriter } from "./cookie.ts";
import type { AnswerHeaders, RequestHead, UpgradeExchange } from "./http-exchange.ts";
import type { EngineOptions } from "./options.ts";
import { type EngineProfile, profileOf } from "./profile.ts";
import { nativeRequest } from "./request-head.ts";

/** What stands in an answer. */
export type AnswerContent = "text" | "binary" | "script" | "ok";

const CONTENT_TYPES: Readonly<Record<AnswerContent, AnswerHeaders>> = {
  text: { "Content-Type": "text/plain; charset=UTF-8" },
  binary: { "Content-Type": "application/octet-stream" },
  // A script is run by the page that asked for it: nobody may take it for anything else.
  script: { "Content-Type": "text/javascript; charset=UTF-8", "X-Content-Type-Options": "nosniff" },
  ok: { "Content-Type": "text/html" },
};

/** Headers that listeners of `initial_headers` and `headers` may change. */
export type ChangeableHeaders = Record<string, string | string[]>;

/** Tells programs of the headers that are about to be sent. */
export interface HeaderListeners {
  readonly listening: boolean;
  initialHeaders(headers: ChangeableHeaders, request: NativeRequest): void;
  headers(headers: ChangeableHeaders, request: NativeRequest): void;
}

/** Makes the headers of a server's answers. */
export class HeaderWriter {
  readonly #profile: EngineProfile;
  readonly #cookie: CookieWriter | undefined;
  readonly #welcomesEveryOrigin: boolean;
  readonly #listeners: HeaderListeners;
  readonly #plain: Readonly<Record<AnswerContent, AnswerHeaders>>;

  constructor(options: EngineOptions, listeners: HeaderListeners) {
    this.#profile = profileOf(options.compat);
    this.#cookie = createCookieWriter(options);
    this.#welcomesEveryOrigin = this.#profile.welcomesEveryOrigin && options.cors === false;
    this.#listeners = listeners;
    const { payloadHeaders } = this.#profile;
    this.#plain = {
      text: { ...CONTENT_TYPES.text, ...payloadHeaders },
      binary: { ...CONTENT_TYPES.binary, ...payloadHeaders },
      script: { ...CONTENT_TYPES.script, ...payloadHeaders },
      ok: { ...CONTENT_TYPES.ok, ...payloadHeaders },
    };
  }

  /** Whether a preflight of another origin is answered here, as servers of 2.x do. */
  get answersPreflights(): boolean {
    return this.#welcomesEveryOrigin;
  }

  /** Headers of an answer to a poll, or to a POST. */
  answer(head: RequestHead, content: AnswerContent, sid: string, isFirst: boolean): AnswerHeaders {
    const plain = this.#plain[content];
    const setsCookie = this.#cookie !== undefined && (isFirst || this.#profile.repeatsCookie);
    const guards = isOldBrowser(head);
    if (!(setsCookie || guards || this.#welcomesEveryOrigin || this.#listeners.listening)) return plain;
    const headers: ChangeableHeaders = { ...plain };
    // A script that a page includes needs nobody's permission.
    if (this.#welcomesEveryOrigin && content !== "script") Object.assign(headers, welcomeFor(head));
    if (setsCookie) headers["Set-Cookie"] = this.#cookie?.(sid, head.secure) ?? "";
    // Old browsers took answers for attacks and cut pieces out of them.
    if (guards) headers["X-XSS-Protection"] = "0";
    this.#tell(headers, head, isFirst);
    return headers;
  }

  /** Headers of the answer to a preflight in a session, where `answersPreflights`. */
  preflight(head: RequestHead, sid: string): AnswerHeaders {
    const headers: ChangeableHeaders = { ...welcomeFor(head), "Access-Control-Allow-Headers": "Content-Type" };
    if (this.#cookie !== undefined) headers["Set-Cookie"] = this.#cookie(sid, head.secure);
    return headers;
  }

  /** Headers of an answer that refuses; who was refused by the program learns as little as possible. */
  refusal(head: RequestHead, byProgram: boolean): AnswerHeaders {
    const type = { "Content-Type": "application/json" };
    return this.#welcomesEveryOrigin && !byProgram ? { ...type, ...welcomeFor(head) } : type;
  }

  /** Adds what programs want to the end of a WebSocket handshake. */
  upgrade(exchange: UpgradeExchange, isFirst: boolean): void {
    if (!this.#listeners.listening) return;
    const headers: ChangeableHeaders = {};
    this.#tell(headers, exchange.head, isFirst);
    for (const [name, value] of Object.entries(headers)) exchange.setHeader(name, value);
  }

  #tell(headers: ChangeableHeaders, head: RequestHead, isFirst: boolean): void {
    if (!this.#listeners.listening) return;
    const request = nativeRequest(head);
    if (isFirst) this.#listeners.initialHeaders(headers, request);
    this.#listeners.headers(headers, request);
  }
}

function isOldBrowser(head: RequestHead): boolean {
  const agent = head.header("user-agent");
  return agent !== undefined && (agent.includes(";MSIE") || agent.includes("Trident/"));
}

/** As servers of 2.x put it: whoever asks is welcome, with cookies; who does not say where it comes from, without. */
function welcomeFor(head: RequestHead): Record<string, string> {
  const origin = head.header("origin");
  if (origin === undefined) return { "Access-Control-Allow-Origin": "*" };
  return { "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true" };
}
