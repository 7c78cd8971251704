// The option `origins` of 2.x: which pages may open a session, by host and port.
// Place: options -> server (**origins**) -> engine, as its option `allowedOrigins`
// Rules: an entry is `host:port`, with `*` for any host or any port, and may have a scheme in front, which counts for
//        nothing unless there is no port; a request that tells no origin passes where everybody does, or a function lets it.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import type { OriginJudge } from "../engine/allowed-origins.ts";

/** Decides about an origin, `*` where a request tells none: call `decide(null, true)` or `decide("why not", false)`. */
export type OriginsFunction = (
  origin: string,
  decide: (error: string | null | undefined, welcome: boolean) => void,
) => void;

/** The option `origins`: entries in a list, or in a text with spaces between them; or a function. */
export type Origins = string | readonly string[] | OriginsFunction;

const DEFAULT_PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

function entriesOf(origins: string | readonly string[]): string[] {
  return typeof origins === "string" ? origins.split(" ").filter((entry) => entry !== "") : [...origins];
}

/** What an entry for this origin may read. */
function namesOf(origin: string): string[] {
  try {
    const { protocol, hostname, port } = new URL(origin);
    const number = port === "" ? (DEFAULT_PORTS[protocol] ?? "80") : port;
    return [`${hostname}:${number}`, `${hostname}:*`, `*:${number}`];
  } catch {
    return [];
  }
}

/**
 * Makes the check that the engine asks.
 * @returns undefined where everybody is welcome.
 */
export function originJudge(origins: Origins): OriginJudge | undefined {
  if (typeof origins === "function") {
    return (origin, decide) => origins(origin ?? "*", (error, isWelcome) => decide(error ?? null, isWelcome));
  }
  const entries = new Set(entriesOf(origins));
  if (entries.has("*:*")) return undefined;
  const bare = new Set([...entries].map((entry) => entry.replace(/^\w+:\/\//, "")));
  return (origin, decide) =>
    decide(null, origin !== undefined && (entries.has(origin) || namesOf(origin).some((name) => bare.has(name))));
}
