// The cookie with the session id, by which load balancers keep the requests of a client together.
// Place: bytes <- **answer headers** <- engine server
// Rules: a name or an attribute that could break out of the header is refused when the engine is made; over TLS the
//        cookie is for TLS only, unless the program says otherwise; nobody here ever reads a cookie.
// Source: docs/protocol/engine-4.md, "Cookies"

import { type SerializeOptions, stringifySetCookie } from "cookie";
import type { EngineOptions } from "./options.ts";
import { profileOf } from "./profile.ts";

/** Name and attributes of the cookie. */
export interface CookieAttributes extends Omit<SerializeOptions, "encode"> {
  /** @default "io" */
  readonly name?: string;
}

type CookieOptions = Pick<EngineOptions, "cookie" | "cookiePath" | "cookieHttpOnly" | "compat">;

const DEFAULT_NAME = "io";

/** Writes the header `Set-Cookie` for a session. */
export type CookieWriter = (sid: string, secure: boolean) => string;

/** @returns what writes the cookie; undefined where there is none. */
export function createCookieWriter(options: CookieOptions): CookieWriter | undefined {
  const { cookie, cookiePath, cookieHttpOnly, compat } = options;
  if (cookie === false || cookie === "") return undefined;
  const sameSite = profileOf(compat).cookieSameSite;
  if (typeof cookie === "object") {
    const { name = DEFAULT_NAME, ...attributes } = cookie;
    const all = { path: "/", httpOnly: attributes.path !== "", sameSite, ...attributes };
    return (sid, secure) => stringifySetCookie({ secure, ...all, name, value: sid });
  }
  const name = cookie === true ? DEFAULT_NAME : cookie;
  // What has no path is meant for scripts of the page, as it has always been.
  const place = cookiePath === false || cookiePath === "" ? {} : { path: cookiePath, httpOnly: cookieHttpOnly };
  return (sid, secure) => stringifySetCookie({ secure, ...place, sameSite, name, value: sid });
}

/** @throws TypeError when the cookie could not be written. */
export function checkCookie(options: CookieOptions): void {
  try {
    createCookieWriter(options)?.("sid", false);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(`Cannot use option cookie "${JSON.stringify(options.cookie)}": ${reason}`, { cause });
  }
}
