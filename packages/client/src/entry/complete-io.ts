// `io` with its properties, as programs of every generation expect it.
// Place: part of the composition roots.
// Rules: the same properties in every build: `connect`, `io`, `Manager`, `Socket`, `protocol`.

import type { DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import type { Connect } from "../io.ts";
import type { ClientOptions } from "../options.ts";
import { Socket } from "../socket.ts";

/** Revision of the Socket.IO protocol that this client speaks best; it speaks the one before as well. */
export const protocol: number = 5;

/** `io()` and what hangs on it. */
export interface Io<ManagerClass> {
  <ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>(
    url?: string | ClientOptions,
    options?: ClientOptions,
  ): Socket<ListenEvents, EmitEvents>;
  readonly connect: Io<ManagerClass>;
  readonly io: Io<ManagerClass>;
  readonly Manager: ManagerClass;
  readonly Socket: typeof Socket;
  readonly protocol: number;
}

/** Where a socket without an event map gets the one that the program declares; nothing checks it at run time. */
function withEvents<ManagerClass>(io: Connect): Io<ManagerClass>;
function withEvents(io: Connect): unknown {
  return io;
}

/** Hangs the properties on `io`. */
export function completeIo<ManagerClass>(connect: Connect, Manager: ManagerClass): Io<ManagerClass> {
  const io = withEvents<ManagerClass>(connect);
  return Object.assign(io, { connect: io, io, Manager, Socket, protocol });
}
