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

/** Warns where pages of every origin may open a WebSocket with the cookies of their visitors. */
export function warnOfOpenDoor(options: EngineOptions, warn: Warn): void {
  const { cors, allowedOrigins, allowRequest } = options;
  if (cors === false || allowedOrigins !== undefined || allowRequest !== undefined || !usesCookies(options)) return;
  warn(
    "BOWLINE_OPEN_ORIGINS",
    'The option "cors" keeps no page from opening a WebSocket, with cookies: list those that may in "allowedOrigins"',
  );
}

/** Tells the program once when the page of another origin cannot read what it polls. */
export class CrossOriginHint {
  readonly #warn: Warn;
  #isDue: boolean;

  constructor(options: EngineOptions, warn: Warn) {
    this.#warn = warn;
    this.#isDue = options.cors === false && !profileOf(options.compat).welcomesEveryOrigin;
  }

  /** Looks at a request. */
  saw(head: RequestHead): void {
    if (!this.#isDue) return;
    const origin = head.header("origin");
    const host = head.header("host");
    if (origin === undefined || host === undefined || origin.endsWith(`//${host}`)) return;
    this.#isDue = false;
    const text = `Pages of "${origin}" cannot read what this server answers: if they may, set the option "cors"`;
    this.#warn("BOWLINE_CROSS_ORIGIN", text);
  }
}
