// The types of require("socket.io") in programs of 4.x: callable and constructible, with everything hanging on it.
// Rules: names and their type parameters are those that such programs import.
import {
  type AllowRequest as CoreAllowRequest,
  type DisconnectReason as CoreDisconnectReason,
  type IncomingEvent as CoreEvent,
  type Middleware as CoreMiddleware,
  Server as CoreServer,
  type ServerOptions as CoreServerOptions,
  type ListenTarget,
} from "@bowline/server";
import { BroadcastOperator as CoreBroadcastOperator } from "./broadcast-operator.js";
import { Namespace as CoreNamespace } from "./namespace.js";
import { Socket as CoreSocket } from "./socket.js";
import type { DefaultEventsMap as CoreDefaultEventsMap, EventsMap } from "./typed-events.js";

interface Io {
  new <
    Listen extends EventsMap = CoreDefaultEventsMap,
    Emit extends EventsMap = Listen,
    ServerSide extends EventsMap = CoreDefaultEventsMap,
    Data = Record<string, unknown>,
  >(
    target?: ListenTarget | Partial<CoreServerOptions>,
    options?: Partial<CoreServerOptions>,
  ): CoreServer<Listen, Emit, ServerSide, Data>;
}

declare function io<
  Listen extends EventsMap = CoreDefaultEventsMap,
  Emit extends EventsMap = Listen,
  ServerSide extends EventsMap = CoreDefaultEventsMap,
  Data = Record<string, unknown>,
>(
  target?: ListenTarget | Partial<CoreServerOptions>,
  options?: Partial<CoreServerOptions>,
): CoreServer<Listen, Emit, ServerSide, Data>;

declare namespace io {
  interface ExtendedError extends Error {
    data?: unknown;
  }
  const listen: typeof io & Io;

  export {
    type CoreAllowRequest as AllowRequest,
    CoreBroadcastOperator as BroadcastOperator,
    type CoreDefaultEventsMap as DefaultEventsMap,
    type CoreDisconnectReason as DisconnectReason,
    type CoreEvent as Event,
    type CoreMiddleware as Middleware,
    CoreNamespace as Namespace,
    CoreServer as Server,
    type CoreServerOptions as ServerOptions,
    CoreSocket as Socket,
    type ExtendedError,
    io as default,
    listen,
  };
}

export = io;
