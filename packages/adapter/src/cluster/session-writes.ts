// The writes of sessions to the store of the broker.
// Place: recovering adapter -> session cupboard (**writes**) -> session record -> bus -> the broker
// Rules: the writes of one session follow each other; while one is on its way at most one more waits, and takes all that has
//        changed meanwhile along; what the store refuses is told, and done no more.

import type { Clock } from "@bowline/protocol/internal";
import type { Room, SocketId } from "../contract.ts";
import type { PastStays } from "../past-stays.ts";
import type { BusStore } from "./bus.ts";
import type { Offset } from "./message.ts";
import { RecurringWarning, reasonOf } from "./recurring-warning.ts";
import { encodeSession, type SessionRecord } from "./session-record.ts";

/** A session as it is to be written. Offsets are undefined as long as the log has not been reached. */
export interface WritableSession {
  readonly pid: string;
  readonly sid: SocketId;
  readonly fence: number;
  readonly cameBehind: Offset | undefined;
  readonly rooms: ReadonlyMap<Room, Offset | undefined>;
  readonly past: PastStays<Offset>;
  /** In MessagePack. */
  readonly data: Uint8Array | undefined;
  /** Up to which event its client is known to have got all that was for it. */
  readonly received: Offset | undefined;
  /** For how long it is to be kept, in milliseconds. */
  readonly ttlMs: number;
}

/** What writes are made of. */
export interface SessionWritesOptions {
  readonly store: BusStore;
  readonly clock: Pick<Clock, "now">;
  /** What begins the keys of this namespace. */
  readonly prefix: string;
  warn(text: string): void;
}

/** Writes the sessions of one namespace. */
export class SessionWrites {
  readonly #options: SessionWritesOptions;
  readonly #failed: RecurringWarning;
  /** Those whose next write has yet to begin. */
  readonly #due: Set<WritableSession> = new Set();
  /** The last write of each session that is on its way, by the pid. */
  readonly #last: Map<string, Promise<void>> = new Map();

  constructor(options: SessionWritesOptions) {
    this.#options = options;
    this.#failed = new RecurringWarning(options.clock, (text) => options.warn(text));
  }

  /** Writes a session as it is when its turn has come. */
  put(session: WritableSession): void {
    if (this.#due.has(session)) return;
    this.#due.add(session);
    this.#queue(session, async () => {
      this.#due.delete(session);
      const record = asRecord(session);
      if (record === undefined) return;
      await this.#options.store.put(this.#keyOf(session), encodeSession(record), session.fence, session.ttlMs);
    });
  }

  /** Forgets a session. */
  drop(session: WritableSession): void {
    this.#queue(session, () => this.#options.store.drop(this.#keyOf(session), session.fence));
  }

  /** @returns settles once what is on its way for a session has been done; it is never rejected. */
  done(pid: string): Promise<void> {
    return this.#last.get(pid) ?? Promise.resolve();
  }

  /** @returns settles once all that is on its way has been done. */
  async allDone(): Promise<void> {
    await Promise.all(this.#last.values());
  }

  /** Does something once what is on its way for this session has been done; the first thing at once. */
  #queue({ pid }: WritableSession, write: () => Promise<void>): void {
    const before = this.#last.get(pid);
    const done = (before === undefined ? write() : before.then(write)).then(
      () => this.#failed.over(),
      (error) =>
        this.#failed.give(`Cannot keep sessions for other nodes, so that lost ones may start anew: ${reasonOf(error)}`),
    );
    this.#last.set(pid, done);
    void done.then(() => {
      if (this.#last.get(pid) === done) this.#last.delete(pid);
    });
  }

  #keyOf({ pid }: WritableSession): string {
    return this.#options.prefix + pid;
  }
}

function asRecord({ sid, cameBehind, rooms, past, data, received }: WritableSession): SessionRecord | undefined {
  if (cameBehind === undefined) return undefined;
  const joined = new Map<Room, Offset>();
  for (const [room, behind] of rooms) joined.set(room, behind ?? cameBehind);
  return { sid, cameBehind, rooms: joined, past, data, received };
}
