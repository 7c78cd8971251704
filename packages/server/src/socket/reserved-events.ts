// Events that belong to the library: those a socket emits itself, and the refusal to send any of such a name.
// Place: the user's code -> **emit** -> adapter / connection
// Source: docs/protocol/socket-5.md, "Events and acks"

import { RESERVED_EVENTS } from "@bowline/protocol";
import type { UserValue } from "@bowline/protocol/internal";
import type { DisconnectReason } from "./disconnect-reason.ts";

/** @throws TypeError when an event's name belongs to the library. */
export function refuseReservedEvent(event: unknown): void {
  if (RESERVED_EVENTS.has(event)) {
    throw new TypeError(`Cannot emit "${String(event)}": "${String(event)}" is a reserved event name; choose another`);
  }
}

/** Events that a namespace emits itself: no other server may send them. */
const NAMESPACE_EVENTS: ReadonlySet<unknown> = new Set(["connect", "connection", "new_namespace"]);

/** Whether an event's name is one that a namespace emits itself. */
export function isNamespaceEvent(event: unknown): boolean {
  return NAMESPACE_EVENTS.has(event);
}

/** @throws TypeError when an event's name is one that a namespace emits itself. */
export function refuseNamespaceEvent(event: unknown): void {
  if (isNamespaceEvent(event)) {
    throw new TypeError(`Cannot emit "${String(event)}": "${String(event)}" is a reserved event name; choose another`);
  }
}

/** Events that a socket emits itself. */
export interface SocketReservedEvents {
  /** The socket has ended; it is in no room any more. */
  disconnect(reason: DisconnectReason, description?: UserValue): void;
  /** The socket is about to end, and still in its rooms. */
  disconnecting(reason: DisconnectReason, description?: UserValue): void;
  /** A middleware refused an event, or the client sent something that is no packet. */
  error(error: Error): void;
}
