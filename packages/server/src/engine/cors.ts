// Which pages of other origins may read what the server answers: the headers of CORS, and the answers to preflights.
// Place: **bytes** -> engine server -> handshake
// Rules: the package `cors` decides, over our own small request and response, so that every runtime has it; what it
//        writes goes along with whatever is answered later, refusals and the end of a WebSocket handshake included.
// Source: docs/protocol/engine-4.md, "CORS"

import cors from "cors";
import type { NativeRequest } from "../runtime/node/native-types.ts";
import type { Exchange } from "./http-exchange.ts";

/** An origin as the option `cors` takes it. */
export type CorsOrigin = boolean | string | RegExp | (boolean | string | RegExp)[];

/** Options of CORS, with the names of the package `cors`. */
export interface CorsOptions {
  /** Origins that are welcome, or a function that decides about one. @default "*" */
  readonly origin?:
    | CorsOrigin
    | ((origin: string | undefined, decide: (error: Error | null, origin?: CorsOrigin) => void) => void);
  /** @default "GET,HEAD,PUT,PATCH,POST,DELETE" */
  readonly methods?: string | string[];
  /** Request headers that are welcome. @default those that a preflight asks for */
  readonly allowedHeaders?: string | string[];
  /** Headers of the answer that a page may read. */
  readonly exposedHeaders?: string | string[];
  /** Whether requests may carry cookies. @default false */
  readonly credentials?: boolean;
  /** Seconds for which a browser may remember a preflight. */
  readonly maxAge?: number;
  /** Whether a preflight is handed on instead of answered. @default false */
  readonly preflightContinue?: boolean;
  /** Status of the answer to a preflight. @default 204 */
  readonly optionsSuccessStatus?: number;
}

/** Gives the options for one request. */
export type CorsDelegate = {
  call(request: NativeRequest, give: (error: Error | null, options?: CorsOptions) => void): void;
}["call"];

/** Goes on with a request, or refuses it because of an error. */
type Continue = (error?: unknown) => void;

/** Puts the headers on an exchange; answers a preflight with `preflight` and does not go on then. */
export type CorsStep = (exchange: Exchange, preflight: (status: number) => void, next: Continue) => void;

/** The part of Node's response that the package `cors` uses, over an exchange. */
class HeaderSink {
  statusCode = 200;
  readonly #exchange: Exchange;
  readonly #preflight: (status: number) => void;
  readonly #headers: Map<string, string> = new Map();

  constructor(exchange: Exchange, preflight: (status: number) => void) {
    this.#exchange = exchange;
    this.#preflight = preflight;
  }

  getHeader(name: string): string | undefined {
    return this.#headers.get(name.toLowerCase());
  }

  setHeader(name: string, value: string): void {
    // The length of the answer is the runtime's business.
    if (name.toLowerCase() === "content-length") return;
    this.#headers.set(name.toLowerCase(), value);
    this.#exchange.setHeader(name, value);
  }

  end(): void {
    this.#preflight(this.statusCode);
  }
}

function createHandler(option: true | CorsOptions | CorsDelegate): ReturnType<typeof cors> {
  if (option === true) return cors();
  if (typeof option !== "function") return cors(option);
  // The function gets the runtime's own request, whose type the program knows and we do not.
  return cors((request, give) => {
    Reflect.apply(option, undefined, [request, give]);
  });
}

/**
 * Makes the step that every request goes through.
 * @returns undefined where nobody of another origin is welcome.
 */
export function createCors(option: boolean | CorsOptions | CorsDelegate): CorsStep | undefined {
  if (option === false) return undefined;
  const apply = createHandler(option);
  return (exchange, preflight, next) => {
    const { head } = exchange;
    const request = head.native?.req ?? { method: head.method, headers: head.headers() };
    let isDone = false;
    // A program's function may give its answer more than once, and throw before or after it.
    const goOn: Continue = (error) => {
      if (isDone) return;
      isDone = true;
      // The package hands on a program's `null`, which is no error.
      next(error ?? undefined);
    };
    const sink = new HeaderSink(exchange, (status) => {
      if (!isDone) preflight(status);
      isDone = true;
    });
    try {
      Reflect.apply(apply, undefined, [request, sink, goOn]);
    } catch (error) {
      if (isDone) throw error;
      goOn(error ?? new Error("The option cors failed and did not say why"));
    }
  };
}
