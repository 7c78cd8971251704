// The types of "engine.io" in programs of 4.x.
import type { EngineSettings } from "@bowline/server/engine";

export {
  type AttachOptions,
  attach,
  listen,
  parser,
  protocol,
  Server,
  Socket,
  Transport,
  transports,
} from "@bowline/server/engine";
export { UwsEngine as uServer } from "@bowline/server/uws";

/** Options of an engine; what is left out has its default. */
export type ServerOptions = Partial<EngineSettings>;
