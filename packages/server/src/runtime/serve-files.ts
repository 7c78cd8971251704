// Serves the client's files over exchanges, for runtimes that have no request and response in the form of Node.
// Place: beside the engine, on the same server of the runtime
// Rules: whatever the method, as on Node; CORS is for these files as for the engine.

import type { HttpExchange } from "../engine/http-exchange.ts";
import type { EngineOptions } from "../engine/options.ts";
import type { EngineServer } from "../engine/server.ts";
import { answerWithFile, type ClientFile, clientFiles } from "./node/static-client.ts";

/** Something else that is served below the engine's path: whether it has taken the request. */
export type SideExchange = (exchange: HttpExchange) => boolean;

async function sendFile(file: ClientFile, exchange: HttpExchange): Promise<void> {
  const { head } = exchange;
  const answer = await answerWithFile(file, head.header("if-none-match"), head.header("accept-encoding"));
  exchange.respond(answer.status, answer.headers, answer.body);
}

/** Makes what serves the client's files beside `engine`; nothing where a program serves them itself. */
export function serveFiles(
  engine: EngineServer,
  options: Pick<EngineOptions, "path" | "compat"> & { readonly serveClient: boolean },
): SideExchange {
  if (!options.serveClient) return () => false;
  const find = clientFiles(options);
  return (exchange) => {
    const file = find(exchange.head.target);
    if (file !== undefined) engine.withCors(exchange, () => void sendFile(file, exchange));
    return file !== undefined;
  };
}
