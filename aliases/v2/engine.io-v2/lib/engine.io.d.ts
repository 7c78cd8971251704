// The types of "engine.io" in programs of 2.x.
import {
  type EngineSettings,
  type HttpServerLike,
  Server,
  Socket,
  Transport,
  type transports,
} from "@bowline/server/engine";

declare function engine(httpServer: HttpServerLike, options?: engine.ServerOptions): Server;
declare function engine(options?: engine.ServerOptions): Server;

declare namespace engine {
  /** Options of an engine; what is left out has its default. */
  type ServerOptions = Partial<EngineSettings>;
  const protocol: number;
  const parser: object;
  const engineTransports: Pick<typeof transports, "polling" | "websocket">;
  function attach(httpServer: HttpServerLike, options?: ServerOptions): Server;
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
