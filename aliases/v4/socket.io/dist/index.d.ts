// The types of require("socket.io") in programs of 4.x: callable and constructible, with everything hanging on it.
// Rules: names and their type parameters are those that such programs import.
import {
  type AllowRequest as CoreAllowRequest,
  type DisconnectReason as CoreDisconnectReason,
  type IncomingEvent as CoreEvent,
  type ExtendedError as CoreExtendedError,
  type Middleware as CoreMiddleware,
  type RemoteSocket as CoreRemoteSocket,
  type ServerOptions as CoreServerOptions,
  type DefaultData,
  type ListenTarget,
} from "@bowline/server";
import { Server as CoreServer } from "@bowline/server/uws";
import type { BroadcastOperator as CoreBroadcastOperator } from "./broadcast-operator.js";
import { Namespace as CoreNamespace } from "./namespace.js";
import { Socket as CoreSocket } from "./socket.js";
import type { DefaultEventsMap as CoreDefaultEventsMap, EventsMap } from "./typed-events.js";

type Target = ListenTarget | Partial<CoreServerOptions>;

/** Options that programs may change until they hand them over. */
type Changeable<Options> = {
  -readonly [Name in keyof Options]: Options[Name] extends readonly (infer Item)[] ? Item[] : Options[Name];
};

/** Options that are always there where a program speaks of all of them. */
type Certain =
  | "path"
  | "serveClient"
  | "adapter"
  | "parser"
  | "connectTimeout"
  | "connectionStateRecovery"
  | "cleanupEmptyChildNamespaces";

type AllOptions = Changeable<
  Required<Pick<CoreServerOptions, Certain>> & Partial<Changeable<Omit<CoreServerOptions, Certain>>>
>;

interface Io {
  <
    Listen extends EventsMap = CoreDefaultEventsMap,
    Emit extends EventsMap = Listen,
    ServerSide extends EventsMap = CoreDefaultEventsMap,
    Data = DefaultData,
  >(
    target?: Target,
    options?: Partial<CoreServerOptions>,
  ): CoreServer<Listen, Emit, ServerSide, Data>;
  new <
    Listen extends EventsMap = CoreDefaultEventsMap,
    Emit extends EventsMap = Listen,
    ServerSide extends EventsMap = CoreDefaultEventsMap,
    Data = DefaultData,
  >(
    target?: Target,
    options?: Partial<CoreServerOptions>,
  ): CoreServer<Listen, Emit, ServerSide, Data>;
  readonly Server: typeof CoreServer;
  readonly Namespace: typeof CoreNamespace;
  readonly Socket: typeof CoreSocket;
  readonly listen: Io;
  readonly default: Io;
}

declare const io: Io;

declare namespace io {
  type AllowRequest = CoreAllowRequest;
  type BroadcastOperator<Emit extends EventsMap, Data> = CoreBroadcastOperator<Emit, Data>;
  type DefaultEventsMap = CoreDefaultEventsMap;
  type DisconnectReason = CoreDisconnectReason;
  type Event = CoreEvent;
  type ExtendedError = CoreExtendedError;
  type Middleware<S> = CoreMiddleware<S>;
  type Namespace<
    Listen extends EventsMap = CoreDefaultEventsMap,
    Emit extends EventsMap = Listen,
    ServerSide extends EventsMap = CoreDefaultEventsMap,
    Data = DefaultData,
  > = CoreNamespace<Listen, Emit, ServerSide, Data>;
  type Server<
    Listen extends EventsMap = CoreDefaultEventsMap,
    Emit extends EventsMap = Listen,
    ServerSide extends EventsMap = CoreDefaultEventsMap,
    Data = DefaultData,
  > = CoreServer<Listen, Emit, ServerSide, Data>;
  type RemoteSocket<Emit extends EventsMap, Data> = CoreRemoteSocket<Emit, Data>;
  interface ServerOptions extends AllOptions {}
  type Socket<
    Listen extends EventsMap = CoreDefaultEventsMap,
    Emit extends EventsMap = Listen,
    ServerSide extends EventsMap = CoreDefaultEventsMap,
    Data = DefaultData,
  > = CoreSocket<Listen, Emit, ServerSide, Data>;
}

export = io;
