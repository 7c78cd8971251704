// Asks the program whether a new client is welcome, and for its session id.
// Place: **bytes** -> engine server (**admission**) -> session
// Rules: a program's first decision counts, whenever it comes; an id that is in use is never given to a second client; where
//        a page comes from is looked at before the program is asked.
// Source: docs/protocol/engine-4.md, "Errors"

import { eio3 } from "@bowline/protocol";
import { createOriginCheck, type OriginCheck } from "./allowed-origins.ts";
import { HANDSHAKE_ERRORS, type HandshakeError, SHUTTING_DOWN } from "./handshake.ts";
import type { RequestHead } from "./http-exchange.ts";
import type { AllowRequest, EngineOptions } from "./options.ts";
import type { EngineQuery } from "./query.ts";
import { nativeRequest } from "./request-head.ts";

/** What becomes of a request for a session. */
export interface AdmissionOutcome {
  admitted(sid: string): void;
  refused(error: HandshakeError): void;
}

/** The engine as its admission knows it. */
export interface AdmissionOwner {
  /** Makes the id of a session, now or later. */
  generateId(head: RequestHead): unknown;
  /** The open sessions by their ids. */
  readonly connections: ReadonlyMap<string, unknown>;
}

/** To whom comes while there are as many sessions as there may be. */
const TOO_MANY_CONNECTIONS: HandshakeError = {
  ...HANDSHAKE_ERRORS.badRequest,
  status: 503,
  answer: "Too many connections",
  context: { name: "TOO_MANY_CONNECTIONS" },
};

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** Judges requests for sessions. */
export class Admission {
  readonly #options: EngineOptions;
  readonly #owner: AdmissionOwner;
  /** Asked why another client is not let in now. */
  #limit: (() => HandshakeError | undefined) | undefined;
  /** The check of origins, and the option that it was made of: programs change that while the engine runs. */
  #origins: { readonly allowed: EngineOptions["allowedOrigins"]; readonly check: OriginCheck | undefined } = {
    allowed: undefined,
    check: undefined,
  };
  #isOpen = true;

  constructor(options: EngineOptions, owner: AdmissionOwner) {
    this.#options = options;
    this.#owner = owner;
  }

  /** Whether anybody is let in. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Lets people in again. */
  open(): void {
    this.#isOpen = true;
  }

  /** Lets nobody in any more, who is being judged included. */
  close(): void {
    this.#isOpen = false;
  }

  /** Has the layer above asked, too, whether another client is let in. */
  limitBy(limit: () => HandshakeError | undefined): void {
    this.#limit = limit;
  }

  /** Lets a client in or keeps it out, now or later. */
  judge(head: RequestHead, query: EngineQuery, outcome: AdmissionOutcome): void {
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      outcome.refused(refusal);
      return;
    }
    this.permit(head, query, (refusal) => {
      if (refusal === undefined) this.#identify(head, query, outcome);
      else outcome.refused(refusal);
    });
  }

  /** Asks whether a client is welcome, without giving it anything. */
  permit(head: RequestHead, query: EngineQuery, done: (refusal?: HandshakeError) => void): void {
    const checkOrigin = this.#originCheck();
    if (checkOrigin === undefined) this.#askProgram(head, done);
    else {
      checkOrigin(head, query, (refusal) => {
        if (refusal === undefined) this.#askProgram(head, done);
        else {
          const { answer, ...found } = refusal;
          const context = { name: "INVALID_ORIGIN", ...found };
          done({ ...HANDSHAKE_ERRORS.forbidden, ...(answer === undefined ? {} : { answer }), context });
        }
      });
    }
  }

  /** Why nobody is let in now, whoever it is. */
  #refusal(): HandshakeError | undefined {
    if (!this.#isOpen) return SHUTTING_DOWN;
    const { maxConnections } = this.#options;
    const isFull = maxConnections !== undefined && this.#owner.connections.size >= maxConnections;
    return isFull ? TOO_MANY_CONNECTIONS : this.#limit?.();
  }

  #originCheck(): OriginCheck | undefined {
    const { allowedOrigins: allowed } = this.#options;
    if (allowed !== this.#origins.allowed) {
      this.#origins = { allowed, check: allowed === undefined ? undefined : createOriginCheck(allowed) };
    }
    return this.#origins.check;
  }

  #askProgram(head: RequestHead, done: (refusal?: HandshakeError) => void): void {
    const { allowRequest } = this.#options;
    if (allowRequest === undefined) {
      done();
      return;
    }
    let decided = false;
    const decide: Parameters<AllowRequest>[1] = (error, isWelcome) => {
      // Only the first decision counts; a program may well call twice.
      if (decided) return;
      decided = true;
      done(isWelcome ? undefined : refusalFor(error));
    };
    // What breaks down lets nobody in, nor keep waiting; the error itself is the program's.
    const failed = (error: unknown): never => {
      decide(null, false);
      throw error;
    };
    try {
      const result: unknown = allowRequest(nativeRequest(head), decide);
      if (result instanceof Promise) void result.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  #identify(head: RequestHead, query: EngineQuery, outcome: AdmissionOutcome): void {
    if (query.dialect === eio3 && !this.#options.allowEIO3) {
      outcome.refused({ ...HANDSHAKE_ERRORS.unsupportedProtocol, context: { protocol: query.dialect.revision } });
      return;
    }
    const fail = (error: unknown): void => {
      outcome.refused({ ...HANDSHAKE_ERRORS.badRequest, context: { name: "ID_GENERATION_ERROR", error } });
    };
    const take = (given: unknown): void => {
      // Programs count, too: what clients send back is a text in any case.
      const sid = typeof given === "number" ? String(given) : given;
      if (typeof sid !== "string" || sid === "")
        fail(
          new TypeError(`Cannot open a session: generateId gave ${sid === "" ? "an empty text" : typeof sid}, no id`),
        );
      else if (this.#owner.connections.has(sid)) {
        fail(new Error(`Cannot open a session under the id "${sid}": it is in use`));
      } else {
        // Others may have come while the program decided.
        const refusal = this.#refusal();
        if (refusal === undefined) outcome.admitted(sid);
        else outcome.refused(refusal);
      }
    };
    let given: unknown;
    try {
      given = this.#owner.generateId(head);
    } catch (error) {
      fail(error);
      return;
    }
    if (isThenable(given)) given.then(take, fail);
    else take(given);
  }
}

function refusalFor(error: string | number | null | undefined): HandshakeError {
  if (typeof error === "number") {
    const known = Object.values(HANDSHAKE_ERRORS).find(({ code }) => code === error);
    return { ...(known ?? HANDSHAKE_ERRORS.forbidden), context: { message: error } };
  }
  if (error === null || error === undefined) return { ...HANDSHAKE_ERRORS.forbidden, context: {} };
  return { ...HANDSHAKE_ERRORS.forbidden, answer: error, context: { message: error } };
}
