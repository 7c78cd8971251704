// What differs between a server of 2.x and one of 4.x below the sockets, as data.
// Place: bytes -> **engine server** -> carrier -> session; chosen once, by the option `compat`
// Rules: a profile says what programs and proxies of its generation rely upon, and never who may connect: clients of
//        both generations are served in each.
// Source: docs/protocol/engine-4.md, "Errors", docs/protocol/engine-3.md, "A server of its time"

import type { EngineOptions } from "./options.ts";

/** The habits of one generation's server. */
export interface EngineProfile {
  /** What its options are where a program says nothing. */
  readonly defaults: Partial<EngineOptions>;
  /** Headers of every answer that carries a payload, or says that one has come. */
  readonly payloadHeaders: Readonly<Record<string, string>>;
  /** Whether the open packet tells how much the server takes at once. */
  readonly announcesMaxPayload: boolean;
  /** Whether the cookie stands in every answer of a session, or in that of the handshake alone. */
  readonly repeatsCookie: boolean;
  /** The `SameSite` attribute of the cookie, where a program says nothing. */
  readonly cookieSameSite: "strict" | "lax";
  /** Whether pages of every origin are welcome, with credentials, as long as the option `cors` is not set. */
  readonly welcomesEveryOrigin: boolean;
  /** Whether WebSocket messages below the threshold are never compressed, or only where that saves nothing. */
  readonly sparesShortMessages: boolean;
  /** Transports that options of programs may name though there are none of that name. */
  readonly ignoredTransports: readonly string[];
  /** The environment variable that names the package which accepts WebSockets, where a program names none. */
  readonly wsEngineVariable: string | undefined;
  /** Whether a body over the limit gets an answer and ends nothing, or costs the client its session. */
  readonly answersTooLargeBodies: boolean;
}

const GENERATION_4: EngineProfile = {
  defaults: { cookie: false },
  payloadHeaders: { "cache-control": "no-store" },
  announcesMaxPayload: true,
  repeatsCookie: false,
  cookieSameSite: "lax",
  welcomesEveryOrigin: false,
  sparesShortMessages: false,
  ignoredTransports: [],
  wsEngineVariable: undefined,
  answersTooLargeBodies: true,
};

const GENERATION_2: EngineProfile = {
  defaults: { cookie: "io" },
  payloadHeaders: {},
  announcesMaxPayload: false,
  repeatsCookie: true,
  cookieSameSite: "strict",
  welcomesEveryOrigin: true,
  sparesShortMessages: true,
  // Those of 0.9, which options have carried along ever since.
  ignoredTransports: ["flashsocket", "htmlfile", "xhr-multipart", "xhr-polling", "jsonp-polling"],
  wsEngineVariable: "EIO_WS_ENGINE",
  answersTooLargeBodies: false,
};

/** The profile for the option `compat`. */
export function profileOf(compat: EngineOptions["compat"]): EngineProfile {
  return compat === 2 ? GENERATION_2 : GENERATION_4;
}
