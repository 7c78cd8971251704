// What import of "socket.io-client" gives in programs of 4.x.
export {
  connect,
  default,
  Fetch,
  io,
  Manager,
  NodeWebSocket,
  NodeXHR,
  protocol,
  Socket,
  WebSocket,
  WebTransport,
  XHR,
} from "@bowline/client";
