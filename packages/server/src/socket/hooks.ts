// What a program puts between a socket and its traffic: middlewares, and listeners of every event.
// Place: connection -> namespace -> socket (**hooks**) -> the user's event handlers
// Rules: most sockets have none, and are served without a look at them.
// Source: docs/protocol/socket-5.md, "Events and acks"

import { AnyListeners, type UserValue } from "@bowline/protocol/internal";
import type { Middleware } from "./middleware.ts";

/** An incoming event as the middlewares of a socket see it: its name and arguments. */
export type IncomingEvent = [event: string, ...args: UserValue[]];

/** The hooks of one socket. */
export class SocketHooks {
  /** Asked of every incoming event. */
  readonly middlewares: Middleware<IncomingEvent>[] = [];
  /** Listeners of every incoming event. */
  readonly incoming: AnyListeners = new AnyListeners();
  /** Listeners of every outgoing event. */
  readonly outgoing: AnyListeners = new AnyListeners();
}
