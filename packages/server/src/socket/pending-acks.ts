// Answers that a socket waits for: from its own emits and from broadcasts that ask everybody.
// Place: connection -> namespace -> **socket** -> the user's event handlers
// Rules: with a timeout the callback gets an error or null first; without one it gets the answer as it came;
//        whatever happens, it is called at most once; nothing is kept after the answer, the timeout or the end.
// Source: docs/protocol/socket-5.md, "Events and acks"

import { AckTable, type Clock, invoke } from "@bowline/protocol/internal";

/** The callback of an ack. */
export type AckCallback = (...args: never[]) => void;

/** The arguments of an emit, parted from its ack callback. */
export interface EmitArguments {
  readonly args: readonly unknown[];
  readonly ack: AckCallback | undefined;
}

function isCallback(value: unknown): value is AckCallback {
  return typeof value === "function";
}

/** Parts the ack callback, if there is one, from the arguments of an emit. */
export function takeAck(args: readonly unknown[]): EmitArguments {
  const last = args.at(-1);
  return isCallback(last) ? { args: args.slice(0, -1), ack: last } : { args, ack: undefined };
}

/** The error of an ack that did not come in time. */
export function createTimeoutError(): Error {
  return new Error("operation has timed out");
}

/** The answers that one socket owes us. */
export class PendingAcks {
  readonly #table = new AckTable();
  readonly #failures = new Map<number, (error: Error) => void>();

  /** How many answers are awaited. */
  get size(): number {
    return this.#table.size;
  }

  /**
   * Waits for the answer to an emit.
   * @param timeoutMs milliseconds to wait; undefined waits for ever and the callback takes no error.
   */
  expect(id: number, ack: AckCallback, timeoutMs: number | undefined, clock: Clock): void {
    const call = (args: readonly unknown[]) => invoke(ack, args);
    if (timeoutMs === undefined) {
      this.#table.expect(id, 1, (_, args) => call(args));
      return;
    }
    const cancel = clock.after(timeoutMs, () => fail(createTimeoutError()));
    const fail = (error: Error) => {
      cancel();
      this.forget(id);
      call([error]);
    };
    this.#failures.set(id, fail);
    this.#table.expect(id, 1, (_, args) => {
      cancel();
      this.#failures.delete(id);
      call([null, ...args]);
    });
  }

  /** Waits for the answer to a broadcast, which keeps the time itself. */
  expectReply(id: number, reply: (args: readonly unknown[]) => void): void {
    this.#table.expect(id, 1, (_, args) => reply(args));
  }

  /** Takes an answer; one that nobody waits for is ignored. */
  reply(id: number, args: readonly unknown[]): void {
    this.#table.reply(id, "", args);
  }

  forget(id: number): void {
    this.#table.forget(id);
    this.#failures.delete(id);
  }

  /**
   * No answer will come any more: callbacks that take an error hear of it, the others are dropped.
   * @param guard runs each callback, so that one that throws keeps no other from hearing.
   */
  fail(error: Error, guard: (call: () => void) => void): void {
    const failures = [...this.#failures.values()];
    this.#table.clear();
    for (const fail of failures) guard(() => fail(error));
  }
}
