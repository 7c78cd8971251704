// The types of require("socket.io-client") in programs of 2.x: callable, with everything hanging on it.
import {
  type ClientOptions as CoreClientOptions,
  Manager as CoreManager,
  Socket as CoreSocket,
} from "@bowline/client/compat-2";

type Connect = (url?: string | CoreClientOptions, options?: CoreClientOptions) => CoreSocket;

declare function lookup(url?: string | CoreClientOptions, options?: CoreClientOptions): CoreSocket;

declare namespace lookup {
  const connect: Connect;
  const io: Connect;
  const managers: Record<string, CoreManager>;
  const protocol: number;

  export {
    type CoreClientOptions as ClientOptions,
    CoreManager as Manager,
    CoreSocket as Socket,
    connect,
    io,
    lookup as default,
    managers,
    protocol,
  };
}

export = lookup;
