// What import of "engine.io-client" gives in programs of 3.x and 4.x.
export {
  Fetch,
  installTimerFunctions,
  NodeWebSocket,
  NodeXHR,
  nextTick,
  parse,
  protocol,
  Socket,
  SocketWithoutUpgrade,
  SocketWithUpgrade,
  Transport,
  TransportError,
  transports,
  WebSocket,
  WebTransport,
  XHR,
} from "@bowline/client/engine";
