// The types of "engine.io" in programs of 2.x.
import type { Server as HttpServer } from "node:http";
import { type EngineSettings, Server, Socket, Transport, type transports } from "@bowline/server/engine";

declare function engine(httpServer: HttpServer, options?: engine.ServerOptions): Server;
declare function engine(options?: engine.ServerOptions): Server;

declare namespace engine {
  /** Options of an engine; what is left out has its default. */
  type ServerOptions = Partial<EngineSettings>;
  const protocol: number;
  const parser: object;
  const engineTransports: Pick<typeof transports, "polling" | "websocket">;
  function attach(httpServer: HttpServer, options?: ServerOptions): Server;
  function listen(port: number | string, options?: ServerOptions | (() => void), listening?: () => void): Server;

  export {
    attach,
    engineTransports as transports,
    listen,
    parser,
    protocol,
    Server,
    type ServerOptions,
    Socket,
    Transport,
  };
}

export = engine;
