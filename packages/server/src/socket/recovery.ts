// Lost sessions of one namespace: who may have one back, who goes on with it, and what is kept when a socket ends.
// Place: connection -> namespace (**recovery**) -> adapter, which keeps the sessions
// Rules: a session has one holder; a newer connection that shows its secret takes it over, since the elder one is dead
//        and nobody has noticed; who could not make use of a session puts it back; leaving a namespace is final.
// Source: docs/protocol/socket-5.md, "Recovery"

import type { AdapterContract, LiveSession, Session, SessionToPersist } from "@bowline/adapter";
import { type Clock, createId, MARKED_PID, type Random } from "@bowline/protocol/internal";
import type { ClientConnection, JoinRequest } from "./connection.ts";
import type { DisconnectReason } from "./disconnect-reason.ts";
import { canEmpty, sendsInParts } from "./emptying.ts";
import { Replays } from "./replays.ts";
import { type AnsweringSocket, KeptRetriedEvents, type RetriedEvents } from "./retried-events.ts";

/** How sessions are kept. */
export interface RecoveryOptions {
  /** Milliseconds for which a lost session is kept. @default 120000 */
  readonly maxDisconnectionDuration: number;
  /** Whether who gets a session back need not pass the middlewares again. @default true */
  readonly skipMiddlewares: boolean;
  /**
   * Most bytes of events that are kept for lost sessions, for each namespace; beyond it the oldest go, and who would need
   * them starts anew. An event costs about 1.4 kB, and three times its data. @default 67108864 (64 MiB)
   */
  readonly maxLogBytes: number;
}

/** The defaults of what a program leaves open. */
export const RECOVERY_DEFAULTS: RecoveryOptions = {
  maxDisconnectionDuration: 120_000,
  skipMiddlewares: true,
  maxLogBytes: 64 * 1024 * 1024,
};

const RECOVERABLE: ReadonlySet<DisconnectReason> = new Set([
  "transport error",
  "transport close",
  "forced close",
  "ping timeout",
  "server shutting down",
  "forced server close",
]);

/** What a client shows to get its session back. */
export interface Claim {
  readonly pid: string;
  /** Of the last event that it got; empty when it has got none. */
  readonly offset: string;
}

/** A session in somebody's hands. */
export interface Hold {
  readonly pid: string;
  readonly client: ClientConnection;
  /** What the session was before, until its socket has joined; absent for a new one. */
  session: Session | undefined;
  /** The offset that its client showed to get it. */
  readonly offset: string | undefined;
  /** When its socket joined, in whole milliseconds; infinite until then. */
  joinedMs: number;
  /** All that was sent before this time has come to its client, by what was known when it got the session; 0 where nothing was. */
  readonly receivedUntilMs: number;
  /** What its client sends until it is answered; made with the first such event. */
  retried: RetriedEvents | undefined;
  /** Ends the socket that is being judged, once a newer connection has taken its session over. */
  end?: () => void;
}

/** A socket as far as its session is concerned. */
interface EndingSocket {
  readonly id: string;
  readonly rooms: ReadonlySet<string>;
  readonly data: unknown;
}

/** What the program had put into a socket's `data` before the loss; it has had this very type then. */
export function restoredData<Data>(session: Session | undefined): Data;
export function restoredData(session: Session | undefined): unknown {
  return session?.data ?? {};
}

/** Reads the claim of a client; texts only, since anything may come from the wire. */
export function readClaim({ client, auth }: JoinRequest): Claim | undefined {
  const { pid, offset = "" } = auth;
  if (!client.dialect.acceptsOffsets || typeof pid !== "string" || typeof offset !== "string") return undefined;
  return { pid, offset };
}

/** A ping from before a socket joined says nothing of what the socket was sent. */
function receivedUntil({ client, joinedMs, receivedUntilMs }: Hold): number {
  const answeredMs = client.origin.receivedUntilMs ?? 0;
  return answeredMs > joinedMs ? answeredMs : receivedUntilMs;
}

/** The namespace as far as its sessions are concerned; another adapter may take over at any time. */
interface RecoveryOwner {
  readonly adapter: Pick<
    AdapterContract,
    "openSession" | "sessionTouched" | "persistSession" | "restoreSession" | "marksEvents"
  >;
}

/** The sessions of one namespace. */
export class Recovery {
  readonly skipsMiddlewares: boolean;
  readonly #owner: RecoveryOwner;
  readonly #random: Random;
  readonly #failed: (error: unknown) => void;
  readonly #clock: Pick<Clock, "now">;
  readonly #holds: Map<string, Hold> = new Map();
  readonly #replays: Replays = new Replays();
  readonly #kept: KeptRetriedEvents;

  /** @param failed told what the adapter fails with; whatever that is, sockets come and go as ever. */
  constructor(
    owner: RecoveryOwner,
    { skipMiddlewares, maxDisconnectionDuration }: RecoveryOptions,
    { random, clock }: { readonly random: Random; readonly clock: Pick<Clock, "now"> },
    failed: (error: unknown) => void,
  ) {
    this.skipsMiddlewares = skipMiddlewares;
    this.#owner = owner;
    this.#random = random;
    this.#clock = clock;
    this.#kept = new KeptRetriedEvents(clock, maxDisconnectionDuration);
    this.#failed = failed;
  }

  /** Takes a session out of the adapter, and out of the hands of a connection that has died unnoticed. */
  find({ pid, offset }: Claim): ReturnType<AdapterContract["restoreSession"]> {
    const elder = this.#holds.get(pid);
    if (elder !== undefined) {
      // A socket that has joined keeps its session itself when its connection ends.
      elder.client.close(true);
      const wasJudged = elder.session !== undefined;
      this.putBack(elder);
      // Now and not once it has been judged: by then its id and its rooms are those of the newer one.
      if (wasJudged) elder.end?.();
    }
    // What a client shows may be why an adapter fails, so that it must not be able to end the process by it.
    try {
      return this.#owner.adapter.restoreSession(pid, offset);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** Told when what `find` promised is not kept. */
  notFound(error: unknown): void {
    this.#failed(error);
  }

  /**
   * Gives a session, old or new, into the hands of a client; clients of revision 4 have none.
   * @param claim of the client: what it sent until it is answered goes on, also where the session could not be brought back.
   */
  hold(client: ClientConnection, session: Session | undefined, claim?: Claim): Hold | undefined {
    if (!client.dialect.acceptsOffsets) return undefined;
    const mark = this.#owner.adapter.marksEvents === true ? MARKED_PID : "";
    const pid = session?.pid ?? mark + createId(this.#random).slice(mark.length);
    const offset = session === undefined ? undefined : claim?.offset;
    const retried = claim && this.#kept.take(claim.pid);
    const receivedUntilMs = session?.receivedUntilMs ?? 0;
    const hold: Hold = { pid, client, session, offset, joinedMs: Number.POSITIVE_INFINITY, receivedUntilMs, retried };
    // A new one is nobody's to take over before its socket has joined, and may never be heard of again.
    if (session !== undefined) this.#holds.set(pid, hold);
    return hold;
  }

  /** The socket of a session is about to join. @returns settles when its client may be told; nothing where it may at once. */
  open(hold: Hold, socket: Pick<LiveSession, "readData"> & { readonly id: string }): Promise<void> | undefined {
    try {
      const session = {
        sid: socket.id,
        pid: hold.pid,
        readData: () => socket.readData(),
        readReceivedUntilMs: () => receivedUntil(hold),
      };
      return this.#owner.adapter.openSession?.(session)?.catch(this.#failed);
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** A handler of a socket has run. */
  touched({ id }: { readonly id: string }): void {
    try {
      this.#owner.adapter.sessionTouched?.(id);
    } catch (error) {
      this.#failed(error);
    }
  }

  /** The socket of a session has joined; what it was before is of no use any more. */
  joined(hold: Hold, socket: AnsweringSocket): void {
    hold.retried?.moveTo(socket);
    hold.session = undefined;
    hold.joinedMs = Math.ceil(this.#clock.now());
    this.#holds.set(hold.pid, hold);
  }

  /**
   * What was missed is about to be sent.
   * @returns whether it may not be, since the client has to empty its buffer first, and come again.
   */
  mayDouble({ pid, client, session, offset }: Hold, missed: number): boolean {
    if (session === undefined || offset === undefined) return false;
    if (canEmpty(client) && this.#replays.mayDouble(pid, offset)) return true;
    this.#replays.begin(pid, offset, missed > 0 && sendsInParts(client));
    return false;
  }

  /** A client has told its listeners what it had got of the last replay. */
  emptied(pid: string): void {
    this.#replays.emptied(pid);
  }

  /** Whether a newer connection has taken over what these hands had got back. */
  isTaken(hold: Hold): boolean {
    return hold.session !== undefined && !this.#isHeld(hold);
  }

  /** The client of a session has gone before it joined: the next one may try. */
  putBack(hold: Hold): void {
    const isHeld = this.#release(hold);
    this.#kept.put(hold.pid, hold.retried);
    if (isHeld && hold.session !== undefined) this.#persist(hold.session);
  }

  /** A refused client gives its session up. */
  giveUp(hold: Hold): void {
    this.#release(hold);
  }

  /** A socket that had joined has ended; told while it still is in its rooms. */
  ended(hold: Hold, reason: DisconnectReason, { id, rooms, data }: EndingSocket): void {
    if (!this.#release(hold)) return;
    // Also of who left: it may come again, with the event that it did not get the answer to.
    this.#kept.put(hold.pid, hold.retried);
    if (!RECOVERABLE.has(reason)) return;
    const receivedUntilMs = receivedUntil(hold);
    const session = { sid: id, pid: hold.pid, rooms: [...rooms], data };
    this.#persist(receivedUntilMs === 0 ? session : { ...session, receivedUntilMs });
  }

  #persist(session: SessionToPersist): void {
    try {
      const done = this.#owner.adapter.persistSession(session);
      if (done instanceof Promise) done.catch(this.#failed);
    } catch (error) {
      this.#failed(error);
    }
  }

  #isHeld(hold: Hold): boolean {
    return this.#holds.get(hold.pid) === hold;
  }

  #release(hold: Hold): boolean {
    return this.#isHeld(hold) && this.#holds.delete(hold.pid);
  }
}
