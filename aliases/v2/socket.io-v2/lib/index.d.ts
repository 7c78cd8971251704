// The types of require("socket.io") in programs of 2.x: callable and constructible, with everything hanging on it.
import {
  Namespace as CoreNamespace,
  type Server as CoreServer,
  type ServerOptions as CoreServerOptions,
  Socket as CoreSocket,
  type ListenTarget,
} from "@bowline/server";

type Target = ListenTarget | Partial<CoreServerOptions>;

interface Io {
  (target?: Target, options?: Partial<CoreServerOptions>): CoreServer;
  new (target?: Target, options?: Partial<CoreServerOptions>): CoreServer;
  readonly Server: Io;
  readonly Namespace: typeof CoreNamespace;
  readonly Socket: typeof CoreSocket;
  readonly listen: Io;
}

declare const io: Io;

declare namespace io {
  type Namespace = CoreNamespace;
  type Server = CoreServer;
  type ServerOptions = CoreServerOptions;
  type Socket = CoreSocket;
}

export = io;
