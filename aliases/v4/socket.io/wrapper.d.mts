// The types of import from "socket.io" in programs of 4.x.
export {
  type AllowRequest,
  type BroadcastOperator,
  type DefaultEventsMap,
  type DisconnectReason,
  type Event,
  type ExtendedError,
  type Middleware,
  Namespace,
  type RemoteSocket,
  Server,
  type ServerOptions,
  Socket,
} from "./dist/index.js";
