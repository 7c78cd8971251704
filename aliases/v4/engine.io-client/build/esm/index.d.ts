// The types of "engine.io-client" in programs of 3.x and 4.x.
export {
  Fetch,
  installTimerFunctions,
  NodeWebSocket,
  NodeXHR,
  nextTick,
  parse,
  protocol,
  Socket,
  type SocketOptions,
  SocketWithoutUpgrade,
  SocketWithUpgrade,
  TransportError,
  transports,
  WebSocket,
  WebTransport,
  XHR,
} from "@bowline/client/engine";
