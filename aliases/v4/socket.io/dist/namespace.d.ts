// The type of Namespace and of its events, for programs that import them from this file.
import type {
  Namespace as CoreNamespace,
  Socket as CoreSocket,
  EventsMap,
  NamespaceReservedEvents,
} from "@bowline/server";

export { type ExtendedError, Namespace } from "@bowline/server";

/** Events that every namespace emits. */
export type NamespaceReservedEventsMap<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  Data,
> = Pick<NamespaceReservedEvents<CoreSocket<Listen, Emit, ServerSide, Data>>, "connect" | "connection">;

/** Events that the server emits. */
export type ServerReservedEventsMap<
  Listen extends EventsMap,
  Emit extends EventsMap,
  ServerSide extends EventsMap,
  Data,
> = NamespaceReservedEvents<CoreSocket<Listen, Emit, ServerSide, Data>, CoreNamespace<Listen, Emit, ServerSide, Data>>;
