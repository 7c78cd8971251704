// The types of require("socket.io") in programs of 2.x: callable and constructible, with everything hanging on it.
// Rules: `SocketIO` is known everywhere once a file has imported this one.
import type { ListenTarget } from "@bowline/server";
import type * as servers from "./server-types.js";
import type * as sockets from "./socket-types.js";

interface Io {
  (target?: ListenTarget | io.ServerOptions, options?: io.ServerOptions): io.Server;
  new (target?: ListenTarget | io.ServerOptions, options?: io.ServerOptions): io.Server;
  readonly Server: Io;
  readonly Namespace: abstract new (...parts: never[]) => io.Namespace;
  readonly Socket: abstract new (...parts: never[]) => io.Socket;
  readonly listen: Io;
}

declare const io: Io;

declare namespace io {
  interface ServerOptions extends servers.ServerOptions {}
  interface Server extends servers.Server {}
  interface Namespace extends servers.Namespace {}
  interface Socket extends sockets.Socket {}
  type Packet = sockets.Packet;
  type Handshake = sockets.Handshake;
  type Room = sockets.Room;
  type Rooms = sockets.Rooms;
  type Adapter = sockets.Adapter;
  type Client = sockets.Client;
  type EngineSocket = sockets.EngineSocket;
}

export = io;
export as namespace SocketIO;
