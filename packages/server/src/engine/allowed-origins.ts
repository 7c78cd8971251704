// Which pages may open a session: the option `allowedOrigins`, asked for every handshake, on every transport.
// Place: **bytes** -> engine server -> admission
// Rules: a browser says where a WebSocket or a request to another origin comes from, and nobody else has to; what a page can
//        ask for without saying so, which is a script, is refused where it says nothing.
// Source: docs/protocol/engine-4.md, "CORS"

import type { RequestHead } from "./http-exchange.ts";
import type { EngineQuery } from "./query.ts";

/** An origin, such as `https://example.com`, or what it has to match. */
export type AllowedOrigin = string | RegExp;

/** Decides about an origin: call `decide(null, true)` or `decide(null, false)`; an error refuses, and a text is the answer. */
export type OriginJudge = (
  origin: string | undefined,
  decide: (error: unknown, isWelcome?: boolean) => void,
) => unknown;

/** The option `allowedOrigins`. */
export type AllowedOrigins = AllowedOrigin | readonly AllowedOrigin[] | OriginJudge;

/** A page that may not open a session, with what it is told where the program gives a text. */
export interface RefusedOrigin {
  readonly origin: string;
  readonly answer?: string;
  /** What the program's function failed with. */
  readonly error?: unknown;
}

/** Says whether a request comes from where it may come from. */
export type OriginCheck = (head: RequestHead, query: EngineQuery, done: (refusal?: RefusedOrigin) => void) => void;

/** The origin of a URL; the text itself where it is none, as for `null`. */
function originOf(url: string): string {
  try {
    const { origin } = new URL(url);
    return origin === "null" ? url : origin;
  } catch {
    return url;
  }
}

function matcherOf(allowed: AllowedOrigin): (origin: string) => boolean {
  if (typeof allowed !== "string") {
    // An expression that goes on where it stopped would know an origin only every other time.
    const expression = new RegExp(allowed.source, allowed.flags.replace(/[gy]/g, ""));
    return (origin) => expression.test(origin);
  }
  if (allowed === "*") return () => true;
  const wanted = originOf(allowed);
  return (origin) => origin === wanted;
}

function judgeOf(allowed: AllowedOrigins): OriginJudge {
  if (typeof allowed === "function") return allowed;
  const list = typeof allowed === "string" || allowed instanceof RegExp ? [allowed] : allowed;
  const matchers = list.map(matcherOf);
  return (origin, decide) => decide(null, origin === undefined || matchers.some((matches) => matches(origin)));
}

/** Makes the check for an engine. */
export function createOriginCheck(allowed: AllowedOrigins): OriginCheck {
  const judge = judgeOf(allowed);
  return (head, query, done) => {
    const from = head.header("origin") ?? head.header("referer");
    const origin = from === undefined || from === "" ? undefined : originOf(from);
    let isDecided = false;
    const decide = (error: unknown, isWelcome?: boolean): void => {
      if (isDecided) return;
      isDecided = true;
      const isRefused = (error !== null && error !== undefined) || isWelcome !== true;
      if (isRefused) done({ origin: origin ?? "", ...(typeof error === "string" ? { answer: error } : {}) });
      else done();
    };
    // Any page could bring it about that a function throws, which may cost it its session and not us the process.
    const failed = (error: unknown): void => {
      if (isDecided) return;
      isDecided = true;
      done({ origin: origin ?? "", error: error ?? new Error("The function for origins failed and did not say why") });
    };
    // A page of anywhere can include a script, and keep its browser from telling where.
    if (origin === undefined && query.jsonp !== undefined) decide(null, false);
    else {
      try {
        const result = judge(origin, decide);
        if (result instanceof Promise) result.catch(failed);
      } catch (error) {
        failed(error);
      }
    }
  };
}
