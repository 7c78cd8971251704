// What a socket tells a program by itself.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
// Rules: these names are reserved: no program emits them, no server sends them.

import type { CloseDetails } from "./connect-error.ts";
import type { FailureCode } from "./failure-code.ts";

/** Why a server refused a namespace, with what its middleware added as `data`; or why there is no connection. */
export interface ConnectError extends Error {
  data?: unknown;
  /** What went wrong, in a word that stays. */
  code?: FailureCode;
  /** What was tried, what came back, what to do: on Node always, in browsers by `@bowline/client/explain`. */
  hint?: string;
}

/** Events that a socket tells by itself. */
export interface SocketEvents {
  connect: () => void;
  connect_error: (error: ConnectError) => void;
  disconnect: (reason: string, details?: Error | CloseDetails) => void;
}
