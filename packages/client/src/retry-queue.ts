// The queue of a socket that sends again what was not acknowledged: each event at least once, and in order; once, where the
// server tells by its id what comes again.
// Place: bytes <- engine dialect <- session <- socket codec <- connection / namespace / **socket**
//
//   first of the queue: resting --drain()--> under way --acknowledged, tries used up--> gone, the next one's turn
//                       under way --no answer in time, connection lost--> resting
//
// Rules: one event is under way; a new connection starts it again; its acknowledgement takes an error or null first.
// Source: docs/protocol/socket-5.md, "Acknowledgements" and "Events that come again"

import type { AckCallback } from "@bowline/protocol/internal";
import type { Modifiers } from "./emission.ts";

/** An event that waits for its acknowledgement, and how to send it. */
export interface Retried {
  readonly event: readonly unknown[];
  readonly ack: AckCallback | undefined;
  readonly modifiers: Modifiers;
  /** The id of all its attempts, once it has one. */
  id?: number | undefined;
}

/** What a queue needs of its socket. */
export interface RetryHost {
  /** Whether an event sent now would leave over a living connection. */
  canSend(): boolean;
  /** Gives an id that stays with an event; nothing where the server would not know it again. */
  createId(): number | undefined;
  /**
   * Sends an event once; its answer, behind null, or an error goes to `settle`.
   * @throws whatever the encoder throws.
   */
  attempt(item: Retried, settle: (...answer: readonly unknown[]) => void): void;
  /** Calls the acknowledgement of the program. */
  answer(ack: AckCallback | undefined, args: readonly unknown[]): void;
  guard(action: () => void): void;
}

/** The events of one socket that are sent until they are acknowledged. */
export interface RetryQueue {
  /** How many events wait, the one under way among them. */
  readonly length: number;
  /** @throws whatever the encoder throws, where the event can be sent at once. */
  add(item: Retried): void;
  /**
   * Sends the first event, unless it is under way.
   * @param isAnew whether the connection is another one, whatever is under way.
   */
  drain(isAnew?: boolean): void;
}

/**
 * Makes the queue of a socket.
 * @param retries how often an event is sent again.
 * @returns nothing where none is.
 */
export function createRetryQueue(
  retries: number | undefined,
  { canSend, createId, attempt, answer, guard }: RetryHost,
): RetryQueue | undefined {
  if (!retries) return undefined;
  const items: Retried[] = [];
  let tries = 0;
  let isUnderWay = false;

  /** The first one is done with. */
  const settle = (ack: AckCallback | undefined, args: readonly unknown[]): void => {
    items.shift();
    tries = 0;
    guard(() => answer(ack, args));
  };

  const drain = (isAnew = false): void => {
    const [item] = items;
    if (item === undefined || (isUnderWay && !isAnew) || !canSend()) return;
    isUnderWay = true;
    tries++;
    const nth = tries;
    item.id ??= createId();
    try {
      attempt(item, (...args) => {
        isUnderWay = false;
        if (args[0] === null || nth > retries) settle(item.ack, args);
        guard(drain);
      });
    } catch (error) {
      // What has no JSON now will have none later, and must not keep the others waiting.
      settle(undefined, []);
      isUnderWay = false;
      guard(drain);
      throw error;
    }
  };

  return {
    get length() {
      return items.length;
    },
    add(item) {
      items.push(item);
      drain();
    },
    drain,
  };
}
