// The types of require("socket.io-client") in programs of 4.x: callable, with everything hanging on it.
// Rules: names and their type parameters are those that such programs import.
import {
  type CloseDetails,
  type ClientOptions as CoreClientOptions,
  Manager as CoreManager,
  type ManagerOptions as CoreManagerOptions,
  Socket as CoreSocket,
  type SocketOptions as CoreSocketOptions,
  type TransportError as CoreTransportError,
  connect as coreConnect,
  io as coreIo,
  protocol as coreProtocol,
} from "@bowline/client";
import type { DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";

declare function lookup<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>(
  url?: string | CoreClientOptions,
  options?: CoreClientOptions,
): CoreSocket<ListenEvents, EmitEvents>;

declare namespace lookup {
  const managers: Record<string, CoreManager>;
  /** What is known about the end of a connection, beside its reason. */
  type DisconnectDescription = Error | CloseDetails;

  export {
    type CoreClientOptions as ClientOptions,
    CoreManager as Manager,
    type CoreManagerOptions as ManagerOptions,
    CoreSocket as Socket,
    type CoreSocketOptions as SocketOptions,
    type CoreTransportError as TransportError,
    coreConnect as connect,
    coreIo as io,
    coreProtocol as protocol,
    type DisconnectDescription,
    lookup as default,
    managers,
  };
}

export = lookup;
