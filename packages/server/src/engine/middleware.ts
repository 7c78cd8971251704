// Middlewares of the engine, written for Express: each sees the platform's request and response, and hands on or answers.
// Place: **bytes** -> engine server -> handshake; for each request, on every transport, before anything is checked
// Rules: each middleware hands on at most once, whatever it does afterwards; one that throws or rejects refuses; where
//        the platform has no such request, nobody gets in, and is told why.

import type { NativeRequest, NativeResponse } from "../runtime/node/native-types.ts";
import type { NativePair } from "./http-exchange.ts";

/**
 * A middleware as Express knows it; one that returns a promise refuses by rejecting it. The form of a method lets
 * programs declare requests and answers as those of their framework.
 */
export type EngineMiddleware = {
  call(req: NativeRequest, res: NativeResponse, next: (error?: unknown) => void): unknown;
}["call"];

/**
 * Runs middlewares in their order.
 * @param done called once all have handed on, with the error where one has not; never where one has answered.
 */
export function runMiddlewares(
  middlewares: readonly EngineMiddleware[],
  native: NativePair | undefined,
  done: (error?: unknown) => void,
): void {
  if (native === undefined) {
    done(new TypeError("Cannot run engine middlewares: this runtime has no request and response in the form of Node"));
    return;
  }
  const runFrom = (index: number): void => {
    const middleware = middlewares[index];
    if (middleware === undefined) {
      done();
      return;
    }
    let settled = false;
    const next = (error?: unknown): void => {
      if (settled) return;
      settled = true;
      if (!error) runFrom(index + 1);
      else done(error);
    };
    call(middleware, native, next);
  };
  runFrom(0);
}

function call(middleware: EngineMiddleware, { req, res }: NativePair, next: (error?: unknown) => void): void {
  const refuse = (cause: unknown): void => next(cause || new Error("A middleware failed and did not say why"));
  try {
    const result: unknown = Reflect.apply(middleware, undefined, [req, res, next]);
    if (result instanceof Promise) result.catch(refuse);
  } catch (cause) {
    refuse(cause);
  }
}
