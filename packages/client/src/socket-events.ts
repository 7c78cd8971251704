// What a socket tells a program by itself.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / **socket**
// Rules: these names are reserved: no program emits them, no server sends them.

import type { CloseDetails, FailureError } from "./connect-error.ts";

/** Why a server refused a namespace, with what its middleware added as `data`; or why there is no connection. */
export interface ConnectError extends FailureError {
  data?: unknown;
}

/** Events that a socket tells by itself. */
export interface SocketEvents {
  connect: () => void;
  connect_error: (error: ConnectError) => void;
  disconnect: (reason: string, details?: FailureError | CloseDetails) => void;
}
