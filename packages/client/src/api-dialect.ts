// What programs of one generation expect of the client, whatever generation the server is of.
// Place: chosen by a manager when it is made; asked by manager and socket -> **the user's event handlers**
// Rules: nobody else asks for the option `compat`; what suits programs of all generations is not here.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import { RESERVED_EVENTS } from "@bowline/protocol";
import type { Revision } from "./detect-revision.ts";
import type { ClientOptions } from "./options.ts";

/** Habits of the programs of one generation. */
export interface ApiDialect {
  /** The revision that a server is asked for before anything is known of it. */
  readonly firstRevision: Revision;
  /** Whether cross-site requests of browsers carry cookies. */
  readonly withCredentials: boolean;
  /** Whether sockets tell an event of the manager, too. */
  forwards(event: string): boolean;
  /** Whether a socket that was refused waits for the next connection to ask again. */
  readonly asksAgain: boolean;
  /**
   * Whether an event that a program emits is told to its own listeners, and not sent.
   * @throws Error when the name is not for programs.
   */
  isLocal(event: string | symbol): boolean;
  /** The event by which a manager tells that it could not connect; an error on an open connection is an `error`. */
  readonly failure: "error" | "connect_error";
  /** What is told when an attempt took too long. */
  timedOut(error: Error): Error | string;
  /** What the callback of a manager's `open()` gets. */
  openError(error: Error | string): Error;
}

function asError(error: Error | string): Error {
  return typeof error === "string" ? new Error(error) : error;
}

/** Programs of 3.x and 4.x, and those that say nothing. */
const api4: ApiDialect = {
  firstRevision: 4,
  withCredentials: false,
  // Nobody has events of his own of these names.
  forwards: (event) => event.startsWith("reconnect") || event === "connect_timeout",
  asksAgain: false,
  isLocal(event) {
    if (RESERVED_EVENTS.has(event)) throw new Error(`"${String(event)}" is a reserved event name`);
    return false;
  },
  failure: "error",
  timedOut: (error) => error,
  openError: asError,
};

/** What programs of 2.x hear of sockets without a server having sent it. */
const LOCAL_2 = /^(connect(ing|_error|_timeout)?|disconnect|error|p[io]ng|reconnect(ing|_attempt|_error|_failed)?)$/;

const isLocal2 = (event: string | symbol): boolean => typeof event === "string" && LOCAL_2.test(event);

/** Programs of 2.x. */
const api2: ApiDialect = {
  firstRevision: 3,
  withCredentials: true,
  forwards: isLocal2,
  asksAgain: true,
  isLocal: isLocal2,
  failure: "connect_error",
  timedOut: () => "timeout",
  openError: (error) => Object.assign(new Error("Connection error"), { data: error }),
};

/** The dialect for the option. */
export function apiDialect({ compat }: ClientOptions): ApiDialect {
  return compat === 2 ? api2 : api4;
}
