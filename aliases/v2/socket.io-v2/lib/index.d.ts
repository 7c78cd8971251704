// The types of require("socket.io") in programs of 2.x: callable and constructible, with everything hanging on it.
import {
  Namespace as CoreNamespace,
  Server as CoreServer,
  type ServerOptions as CoreServerOptions,
  Socket as CoreSocket,
  type ListenTarget,
} from "@bowline/server";

interface Io {
  (target?: ListenTarget | Partial<CoreServerOptions>, options?: Partial<CoreServerOptions>): CoreServer;
  new (target?: ListenTarget | Partial<CoreServerOptions>, options?: Partial<CoreServerOptions>): CoreServer;
}

declare function Server(
  target?: ListenTarget | Partial<CoreServerOptions>,
  options?: Partial<CoreServerOptions>,
): CoreServer;

declare namespace Server {
  const listen: Io;

  export {
    CoreNamespace as Namespace,
    CoreServer as Server,
    type CoreServerOptions as ServerOptions,
    CoreSocket as Socket,
    listen,
  };
}

export = Server;
