// The adapter for one process that keeps lost sessions, and what they miss, until their clients come back.
// Place: connection / namespace -> **session-aware adapter** -> session store -> packet log
// Rules: every event without an acknowledgement has an offset; volatile ones are not kept, and have that of the last one
//        that is, since clients take any text at the end for an offset.
// Source: docs/protocol/socket-5.md, "Recovery"

import { createId } from "@bowline/protocol/internal";
import { Adapter } from "./adapter.ts";
import type {
  AdapterNamespace,
  BroadcastOptions,
  BroadcastPacket,
  Room,
  Session,
  SessionKeeping,
  SessionToPersist,
  SocketId,
} from "./contract.ts";
import { SessionStore } from "./session-store.ts";

/** So many characters tell the offsets of two processes apart. */
const EPOCH_LENGTH = 6;

/** How sessions are kept where the server does not say it, as where only the program's adapter keeps them. */
const DEFAULTS: SessionKeeping = {
  maxDisconnectionDurationMs: 120_000,
  retentionMs: 165_000,
  maxLogBytes: 16 * 1024 * 1024,
};

/**
 * Keeps rooms and lost sessions in memory. Servers with `connectionStateRecovery` use it when they are given no other.
 * @example
 * import { Server } from "@bowline/server";
 * const io = new Server({ adapter: SessionAwareAdapter, connectionStateRecovery: {} });
 */
export class SessionAwareAdapter extends Adapter {
  readonly marksEvents = true;
  readonly #sessions: SessionStore;

  /** @param nsp the namespace; how long and how much is kept is what its server says. */
  constructor(nsp: AdapterNamespace) {
    super(nsp);
    const { clock, random, sessions } = nsp.surroundings;
    const epoch = createId(random).slice(0, EPOCH_LENGTH);
    this.#sessions = new SessionStore({ ...DEFAULTS, ...sessions, clock, epoch });
  }

  override addAll(id: SocketId, rooms: ReadonlySet<Room>): Promise<void> | void {
    this.#sessions.joined(id, rooms);
    return super.addAll(id, rooms);
  }

  override del(id: SocketId, room: Room): Promise<void> | void {
    this.#sessions.left(id, room);
    return super.del(id, room);
  }

  override delAll(id: SocketId): void {
    super.delAll(id);
    this.#sessions.gone(id);
  }

  override broadcast(packet: BroadcastPacket, options: BroadcastOptions): Promise<void> | void {
    const isVolatile = options.flags?.volatile === true;
    const offset = isVolatile ? this.#sessions.lastOffset : this.#sessions.nextOffset;
    const delivery = this.prepare(packet, options.flags, offset);
    if (!isVolatile) this.#sessions.append(delivery.toLog(), options);
    this.handOut(delivery, options);
  }

  override persistSession(session: SessionToPersist): Promise<void> | void {
    this.#sessions.persist(session);
  }

  override restoreSession(
    pid: string,
    offset: string,
  ): Promise<Session | null | undefined> | Session | null | undefined {
    return this.#sessions.restore(pid, offset);
  }

  override close(): Promise<void> | void {
    this.#sessions.close();
    return super.close();
  }
}
