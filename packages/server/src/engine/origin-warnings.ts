// Says once what a program may not know of other origins: that its options keep pages out, or let everybody in.
// Place: beside engine server
// Rules: each text once in the life of an engine; a request costs a look at a field when it has been said.
// Source: docs/protocol/engine-4.md, "CORS"

import type { RequestHead } from "./http-exchange.ts";
import type { EngineOptions } from "./options.ts";
import { profileOf } from "./profile.ts";

/** The one outlet for warnings. */
export type Warn = (code: string, text: string) => void;

function usesCookies({ cookie, cors }: EngineOptions): boolean {
  if (cookie !== false && cookie !== "") return true;
  return typeof cors === "object" && cors.credentials === true;
}

const OPEN_ORIGINS = "BOWLINE_OPEN_ORIGINS";

/** Whether pages of every origin may open a WebSocket: `cors` is none of the judges. */
function isOpenToAll({ allowedOrigins, allowRequest }: EngineOptions): boolean {
  return allowedOrigins === undefined && allowRequest === undefined;
}

/** The page of another origin that sends a request; undefined for those of this one, and for programs. */
function foreignOrigin(head: RequestHead): string | undefined {
  const origin = head.header("origin");
  const host = head.header("host");
  return origin === undefined || host === undefined || origin.endsWith(`//${host}`) ? undefined : origin;
}

/**
 * What the program is told once of pages of other origins.
 *
 * Options tell at the start that there are cookies where the program writes `cors`, and with that takes itself for safe. The
 * cookies that matter are the program's own, though, which no option names, so that else the first page says it that comes
 * with some. The engine's own cookie, which servers of 2.x have by default, gives nobody any rights, and is no reason.
 */
export class OriginWarnings {
  readonly #warn: Warn;
  /** Whether a page of another origin cannot read what it polls. */
  #isShut: boolean;
  /** Whether a page of another origin can open a WebSocket with the cookies of its visitors. */
  #isOpen: boolean;

  constructor(options: EngineOptions, warn: Warn) {
    this.#warn = warn;
    this.#isShut = options.cors === false && !profileOf(options.compat).welcomesEveryOrigin;
    this.#isOpen = isOpenToAll(options);
    if (options.cors === false || !this.#isOpen || !usesCookies(options)) return;
    this.#isOpen = false;
    warn(
      OPEN_ORIGINS,
      'The option "cors" keeps no page from opening a WebSocket, with cookies: list those that may in "allowedOrigins"',
    );
  }

  /** Looks at a request. */
  sawRequest(head: RequestHead): void {
    if (!this.#isShut) return;
    const origin = foreignOrigin(head);
    if (origin === undefined) return;
    this.#isShut = false;
    const text = `Pages of "${origin}" cannot read what this server answers: if they may, set the option "cors"`;
    this.#warn("BOWLINE_CROSS_ORIGIN", text);
  }

  /** Looks at a request to become a WebSocket. */
  sawUpgrade(head: RequestHead): void {
    if (!this.#isOpen || head.header("cookie") === undefined) return;
    const origin = foreignOrigin(head);
    if (origin === undefined) return;
    this.#isOpen = false;
    const text = `Pages of "${origin}" open WebSockets with the cookies of their visitors: list those that may in "allowedOrigins"`;
    this.#warn(OPEN_ORIGINS, text);
  }
}
