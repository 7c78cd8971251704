// Asks the program whether a new client is welcome, and for its session id.
// Place: **bytes** -> engine server (**admission**) -> session
// Rules: a program's first decision counts, whenever it comes; an id that is in use is never given to a second client.
// Source: docs/protocol/engine-4.md, "Errors"

import { eio3 } from "@bowline/protocol";
import { createId, type Random } from "@bowline/protocol/internal";
import { type EngineQuery, HANDSHAKE_ERRORS, type HandshakeError, SHUTTING_DOWN } from "./handshake.ts";
import type { RequestHead } from "./http-exchange.ts";
import { type EngineOptions, nativeRequest } from "./options.ts";

/** What becomes of a request for a session. */
export interface AdmissionOutcome {
  admitted(sid: string): void;
  refused(error: HandshakeError): void;
}

/** Judges requests for sessions. */
export class Admission {
  readonly #options: EngineOptions;
  readonly #random: Random;
  readonly #isTaken: (sid: string) => boolean;
  #isOpen = true;

  /** @param isTaken whether a session id cannot be given any more. */
  constructor(options: EngineOptions, random: Random, isTaken: (sid: string) => boolean) {
    this.#options = options;
    this.#random = random;
    this.#isTaken = isTaken;
  }

  /** Whether anybody is let in. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Lets nobody in any more, who is being judged included. */
  close(): void {
    this.#isOpen = false;
  }

  /** Lets a client in or keeps it out, now or later. */
  judge(head: RequestHead, query: EngineQuery, outcome: AdmissionOutcome): void {
    if (!this.#isOpen) {
      outcome.refused(SHUTTING_DOWN);
      return;
    }
    const { allowRequest } = this.#options;
    if (allowRequest === undefined) {
      this.#welcome(head, query, outcome);
      return;
    }
    let decided = false;
    const decide: Parameters<typeof allowRequest>[1] = (error, isWelcome) => {
      // Only the first decision counts; a program may well call twice.
      if (decided) return;
      decided = true;
      if (isWelcome) this.#welcome(head, query, outcome);
      else outcome.refused(refusalFor(error));
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

  #welcome(head: RequestHead, query: EngineQuery, outcome: AdmissionOutcome): void {
    const { allowEIO3, generateId } = this.#options;
    if (query.dialect === eio3 && !allowEIO3) {
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
      else if (!this.#isOpen) outcome.refused(SHUTTING_DOWN);
      else if (this.#isTaken(sid)) fail(new Error(`Cannot open a session under the id "${sid}": it is in use`));
      else outcome.admitted(sid);
    };
    if (generateId === undefined) take(createId(this.#random));
    else {
      const given = Promise.resolve().then(() => generateId(nativeRequest(head)));
      given.then(take, fail);
    }
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
