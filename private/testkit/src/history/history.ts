// What happened while messages were under way and faults struck, noted in one order.
// Place: senders, receivers, nemesis -> **history** -> checker
// Rules: one process notes everything, so that the order of the notes is the order of what it saw; a stream is what one
//        sender numbers from 0; times are of a monotonic clock and serve durations alone, never order.

/** One note. */
export type HistoryEvent =
  /** A message was handed to a sender that nobody harms. */
  | { readonly kind: "sent"; readonly at: number; readonly stream: string; readonly number: number }
  /** A message was handed to a sender that may die with it; from here on it may arrive. */
  | { readonly kind: "offered"; readonly at: number; readonly stream: string; readonly number: number }
  /** That sender has said that it has the message; from here on it is owed. */
  | { readonly kind: "acknowledged"; readonly at: number; readonly stream: string; readonly number: number }
  /** A receiver's listener was called. */
  | {
      readonly kind: "received";
      readonly at: number;
      readonly stream: string;
      readonly number: number;
      readonly receiver: string;
    }
  /** A receiver is about to listen to a stream; from here on it may get messages. */
  | { readonly kind: "joining"; readonly at: number; readonly stream: string; readonly receiver: string }
  /** That has been confirmed; from here on it is owed messages. */
  | { readonly kind: "joined"; readonly at: number; readonly stream: string; readonly receiver: string }
  /** A receiver is about to leave; from here on it is owed nothing. */
  | { readonly kind: "leaving"; readonly at: number; readonly stream: string; readonly receiver: string }
  /** That has been confirmed; what is sent from here on must not reach it. */
  | { readonly kind: "left"; readonly at: number; readonly stream: string; readonly receiver: string }
  /** A receiver has a connection; unless it is `recovered` it knows that it may have missed something. */
  | { readonly kind: "connected"; readonly at: number; readonly receiver: string; readonly recovered: boolean }
  | { readonly kind: "disconnected"; readonly at: number; readonly receiver: string; readonly reason: string }
  | { readonly kind: "fault"; readonly at: number; readonly what: string }
  | { readonly kind: "healed"; readonly at: number; readonly what: string };

type WithoutTime<Event> = Event extends HistoryEvent ? Omit<Event, "at"> : never;

/** What happened, to be added to. */
export class History {
  readonly #events: HistoryEvent[] = [];
  readonly #now: () => number;

  /** @param now milliseconds of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** All notes so far, in their order. */
  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  note(event: WithoutTime<HistoryEvent>): void {
    this.#events.push({ ...event, at: this.#now() });
  }
}
