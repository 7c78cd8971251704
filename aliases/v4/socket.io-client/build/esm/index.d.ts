// The types of import from "socket.io-client" in programs of 4.x.
import type { CloseDetails } from "@bowline/client";

export {
  type ClientOptions,
  connect,
  default,
  Fetch,
  io,
  Manager,
  type ManagerOptions,
  NodeWebSocket,
  NodeXHR,
  protocol,
  Socket,
  type SocketOptions,
  type TransportError,
  WebSocket,
  WebTransport,
  XHR,
} from "@bowline/client";

/** What is known about the end of a connection, beside its reason. */
export type DisconnectDescription = Error | CloseDetails;
