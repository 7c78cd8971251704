// Events that a client sends until they are answered: which of them the program has been told, and what it answered.
// Place: connection -> namespace -> socket (inbox, **retried events**) -> the user's event handlers
//
//   (unknown) --comes--> judged by middlewares --told to listeners--> told --answered--> answered, again and again
//                        judged --connection lost--> (unknown)
//
// Rules: a client has one such event under way, with an id that stays with it; listeners hear of it once, also when it comes
//        over another connection of the same session; its answer goes to the socket that the session has by then.
// Source: docs/protocol/socket-5.md, "Events that come again"

import { type Clock, FIRST_RETRIED_ID } from "@bowline/protocol/internal";

/** A socket as far as answers are concerned. */
export interface AnsweringSocket {
  readonly connected: boolean;
  /** @internal */
  sendAck(id: number, args: readonly unknown[]): void;
}

type Answer = (...args: unknown[]) => void;

type Current =
  | { readonly is: "judged"; readonly id: number; readonly answer: Answer }
  | { readonly is: "told"; readonly id: number }
  | { readonly is: "answered"; readonly id: number; readonly args: readonly unknown[] };

/** Whether an id stays with its event. */
export function isRetriedId(id: number | undefined): id is number {
  return id !== undefined && id >= FIRST_RETRIED_ID;
}

/** The events of one session that come again. */
export class RetriedEvents {
  #socket: AnsweringSocket;
  #current: Current | undefined;

  constructor(socket: AnsweringSocket) {
    this.#socket = socket;
  }

  /** The session goes on with another socket. */
  moveTo(socket: AnsweringSocket): void {
    if (this.#socket === socket) return;
    this.#socket = socket;
    // Its listeners will not be called any more by the middlewares of the other one.
    if (this.#current?.is === "judged") this.#current = undefined;
  }

  /**
   * An event has come.
   * @param createAnswer makes the function that answers it; called for the first attempt alone.
   * @returns what answers it; nothing where the program has been told already, and the client gets the answer there is.
   */
  receive(id: number, createAnswer: () => Answer): Answer | undefined {
    const current = this.#current;
    if (current === undefined || current.id < id) {
      const answer = createAnswer();
      this.#current = { is: "judged", id, answer };
      return answer;
    }
    // An elder one has been given up, or answered, by its client.
    if (current.id > id) return undefined;
    switch (current.is) {
      case "judged":
        return current.answer;
      case "told":
        return undefined;
      case "answered":
        this.#send(id, current.args);
        return undefined;
      /* v8 ignore next 2 -- @preserve */
      default:
        return current satisfies never;
    }
  }

  /** The listeners are about to be called. @returns false where they have been already. */
  tell(id: number): boolean {
    const current = this.#current;
    if (current === undefined || current.id !== id || current.is !== "judged") return false;
    this.#current = { is: "told", id };
    return true;
  }

  /** The program, or a middleware, answers. */
  answer(id: number, args: readonly unknown[]): void {
    if (this.#current?.id === id) this.#current = { is: "answered", id, args };
    this.#send(id, args);
  }

  #send(id: number, args: readonly unknown[]): void {
    if (this.#socket.connected) this.#socket.sendAck(id, args);
  }
}

/** Of so many lost sessions they are kept; of those that were lost first they are forgotten first. */
const MAX_SESSIONS = 100_000;

/** What lost sessions had under way, for whoever comes back with one. */
export class KeptRetriedEvents {
  readonly #clock: Pick<Clock, "now">;
  readonly #keptMs: number;
  /** By the private ids of the sessions, in the order in which they were lost. */
  readonly #sessions: Map<string, { readonly retried: RetriedEvents; readonly untilMs: number }> = new Map();

  /** @param keptMs for how long, in milliseconds. */
  constructor(clock: Pick<Clock, "now">, keptMs: number) {
    this.#clock = clock;
    this.#keptMs = keptMs;
  }

  /** A session was lost; most have nothing of the kind. */
  put(pid: string, retried: RetriedEvents | undefined): void {
    const nowMs = this.#clock.now();
    for (const [elder, { untilMs }] of this.#sessions) {
      if (untilMs > nowMs && this.#sessions.size < MAX_SESSIONS) break;
      this.#sessions.delete(elder);
    }
    if (retried === undefined) return;
    this.#sessions.delete(pid);
    this.#sessions.set(pid, { retried, untilMs: nowMs + this.#keptMs });
  }

  /** Somebody comes back with a session. */
  take(pid: string): RetriedEvents | undefined {
    const kept = this.#sessions.get(pid);
    this.#sessions.delete(pid);
    return kept !== undefined && kept.untilMs > this.#clock.now() ? kept.retried : undefined;
  }
}
