// The types of import from "socket.io-client" in programs of 4.x.
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
