// `io.set(name, value)`: how programs have set what are options since 1.0.
// Place: the user's code -> server (**elder settings**) -> options / engine
// Rules: each use is warned of, with the option to give instead; a name that nobody knows is told, and changes nothing.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import type { EngineOptions } from "../engine/options.ts";
import type { Middleware } from "./middleware.ts";
import type { Origins } from "./origins.ts";

/** The server as these settings change it. */
export interface ElderServer {
  path(path: string): unknown;
  origins(origins: Origins): unknown;
  use(middleware: Middleware<{ readonly request: unknown }>): unknown;
}

/** What else they need. */
export interface ElderSurroundings {
  /** Changes an option of the engine, also of one that runs. */
  setEngineOption(name: keyof EngineOptions, value: unknown): void;
  warn(code: string, text: string): void;
}

/** The options of the engine that have had another name. */
const RENAMED: ReadonlyMap<string, keyof EngineOptions> = new Map([
  ["transports", "transports"],
  ["heartbeat timeout", "pingTimeout"],
  ["heartbeat interval", "pingInterval"],
  ["destroy buffer size", "maxHttpBufferSize"],
] as const);

/** What to use in the place of the others. */
const SUCCESSORS: ReadonlyMap<string, string> = new Map([
  ["authorization", "io.use()"],
  ["origins", 'the option "origins"'],
  ["resource", 'the option "path"'],
]);

/**
 * Makes a setting.
 * @param server whose setting it is.
 * @param name one of the names of 2.x.
 * @throws RangeError when a number is not one that can work.
 */
export function applySetting(server: ElderServer, surroundings: ElderSurroundings, name: string, value: unknown): void {
  const option = RENAMED.get(name);
  const successor = option === undefined ? SUCCESSORS.get(name) : `the option "${option}"`;
  if (successor === undefined) {
    surroundings.warn("BOWLINE_UNKNOWN_SETTING", `io.set("${name}") has no effect: there is no setting of this name`);
    return;
  }
  surroundings.warn("BOWLINE_DEPRECATED_SET", `io.set("${name}") is deprecated: use ${successor}`);
  if (option !== undefined) surroundings.setEngineOption(option, value);
  else if (name === "resource") server.path(String(value));
  else if (name === "origins") server.origins(asOrigins(value));
  else server.use(({ request }, next) => askProgram(value, request, next));
}

/** Asks the function of `io.set("authorization")`, which says "no" by an error, or by a false. */
function askProgram(judge: unknown, request: unknown, next: (error?: Error) => void): void {
  if (typeof judge !== "function") throw new TypeError(`Cannot authorize: "${String(judge)}" is no function`);
  const decide = (error: unknown, isAuthorized: unknown) => {
    if (error !== undefined && error !== null && error !== false && error !== "") next(new Error(String(error)));
    else if (isAuthorized === true) next();
    else next(new Error("Not authorized"));
  };
  Reflect.apply(judge, undefined, [request, decide]);
}

/** The value of a setting by its name; what it is not is found when it is used. */
function asOrigins(value: unknown): Origins;
function asOrigins(value: unknown): unknown {
  return value;
}
