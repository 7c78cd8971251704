// The types of import from "socket.io-client" in programs of 4.x.
export {
  type ClientOptions,
  connect,
  default,
  io,
  Manager,
  type ManagerOptions,
  protocol,
  Socket,
  type SocketOptions,
  type TransportError,
} from "@bowline/client";
