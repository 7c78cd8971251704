// Lost sessions of one namespace, kept in memory until their clients come back, and the events they miss meanwhile.
// Place: connection / namespace -> adapter (**session store**) -> packet log
// Rules: a session is taken out once; it gets the events of a room from when it joined that room until it left it, not those
//        from before or after; events that have gone are missed by nobody whose client had got all that was sent until then;
//        offsets of another process are nobody's, as are texts that only look like offsets.
// Source: docs/protocol/socket-5.md, "Recovery"

import type { Cancel, Clock } from "@bowline/protocol/internal";
import type {
  BroadcastOptions,
  LoggedPacket,
  Room,
  Session,
  SessionKeeping,
  SessionToPersist,
  SocketId,
} from "./contract.ts";
import { type LogEntry, PacketLog } from "./packet-log.ts";
import { PastStays } from "./past-stays.ts";

/** Between two looks for what is too old, in milliseconds. */
const SWEEP_INTERVAL_MS = 60_000;

/** So many sessions are kept; then the oldest goes. A flood of clients that come and vanish costs no more than this. */
const MAX_SESSIONS = 100_000;

/** Behind which events a socket came, and joined each of its rooms, and when it was in others. */
interface Memberships {
  readonly cameBehind: number;
  readonly joinedBehind: Map<Room, number>;
  past?: PastStays<number>;
}

interface KeptSession extends SessionToPersist {
  readonly receivedUntilMs: number;
  readonly memberships: Memberships;
  readonly expiresAtMs: number;
}

/** How long and how much is kept. */
export interface SessionStoreOptions extends SessionKeeping {
  readonly clock: Clock;
  /** Random text that begins every offset, so that those of an earlier process are not mistaken for ours. */
  readonly epoch: string;
}

/** Keeps lost sessions in memory. */
export class SessionStore {
  readonly #options: SessionStoreOptions;
  readonly #log: PacketLog;
  /** In the order in which they were lost, which is that in which they become too old. */
  readonly #kept: Map<string, KeptSession> = new Map();
  readonly #memberships: Map<SocketId, Memberships> = new Map();
  #sweeper: Cancel | undefined;

  constructor(options: SessionStoreOptions) {
    this.#options = options;
    this.#log = new PacketLog(options.maxLogBytes);
  }

  /** How many sessions are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** The offset of the last event. */
  get lastOffset(): string {
    return this.#offset(this.#log.last);
  }

  /** The offset that the next event will have. */
  get nextOffset(): string {
    return this.#offset(this.#log.last + 1);
  }

  /** Keeps an event for those who will ask for it. */
  append({ data, byteLength }: LoggedPacket, { rooms, except }: BroadcastOptions): void {
    const to = except === undefined ? { rooms } : { rooms, except };
    this.#log.append({ data, byteLength, to, sentAtMs: this.#options.clock.now() });
    this.#watch();
  }

  /** A socket is in these rooms from now on. */
  joined(id: SocketId, rooms: ReadonlySet<Room>): void {
    let memberships = this.#memberships.get(id);
    if (memberships === undefined) {
      memberships = { cameBehind: this.#log.last, joinedBehind: new Map() };
      this.#memberships.set(id, memberships);
    }
    const { joinedBehind } = memberships;
    for (const room of rooms) if (!joinedBehind.has(room)) joinedBehind.set(room, this.#log.last);
  }

  left(id: SocketId, room: Room): void {
    const memberships = this.#memberships.get(id);
    const behind = memberships?.joinedBehind.get(room);
    if (memberships === undefined || behind === undefined) return;
    memberships.joinedBehind.delete(room);
    if (!this.#log.namesBehind(behind, room)) return;
    memberships.past ??= new PastStays();
    memberships.past.add({ room, behind, upTo: this.#log.last });
  }

  /** A socket has ended; if its session is to be kept, it is by now. */
  gone(id: SocketId): void {
    this.#memberships.delete(id);
  }

  /** Keeps a session. */
  persist(session: SessionToPersist): void {
    const { clock, maxDisconnectionDurationMs } = this.#options;
    const { sid, pid, rooms, data, receivedUntilMs = 0 } = session;
    const memberships = this.#memberships.get(sid) ?? { cameBehind: this.#log.last, joinedBehind: new Map() };
    const expiresAtMs = clock.now() + maxDisconnectionDurationMs;
    this.#kept.delete(pid);
    this.#kept.set(pid, { sid, pid, rooms, data, receivedUntilMs, memberships, expiresAtMs });
    if (this.#kept.size > MAX_SESSIONS) this.#forgetOldest();
    this.#watch();
  }

  /**
   * Takes a session out.
   * @param offset of the last event that the client got; empty when it has got none.
   */
  restore(pid: string, offset: string): Session | undefined {
    const kept = this.#kept.get(pid);
    this.#kept.delete(pid);
    if (kept === undefined || kept.expiresAtMs < this.#options.clock.now()) return undefined;
    const { sid, rooms, data, receivedUntilMs, memberships } = kept;
    // What was sent before it came was never meant for it, so it need not be there any more either.
    const shown = Math.max(offset === "" ? 0 : this.#numberOf(offset), memberships.cameBehind);
    const after = this.#log.resume(shown, receivedUntilMs);
    if (after === undefined || after < (memberships.past?.forgotten ?? 0)) return undefined;
    // Its rooms count from when they were joined the first time, also for the next loss.
    this.#memberships.set(sid, memberships);
    const readMissed = () => this.#missed(kept, after);
    return {
      sid,
      pid,
      rooms,
      data,
      receivedUntilMs,
      get missedPackets() {
        return readMissed();
      },
    };
  }

  /** Looking for it is not free: a map steps over what was deleted at its front. */
  #forgetOldest(): void {
    for (const pid of this.#kept.keys()) {
      this.#kept.delete(pid);
      return;
    }
  }

  /** Forgets everything. */
  close(): void {
    this.#sweeper?.();
    this.#sweeper = undefined;
    this.#kept.clear();
    this.#memberships.clear();
    this.#log.expire(Number.POSITIVE_INFINITY);
  }

  #offset(number: number): string {
    return `${this.#options.epoch}.${number.toString(36)}`;
  }

  /** The number in an offset, or one that no event will ever have. */
  #numberOf(offset: string): number {
    const digits = offset.slice(this.#options.epoch.length + 1);
    const number = Number.parseInt(digits, 36);
    return number >= 0 && Number.isSafeInteger(number) && this.#offset(number) === offset
      ? number
      : Number.POSITIVE_INFINITY;
  }

  #missed({ rooms, memberships }: KeptSession, after: number): (readonly unknown[])[] {
    const own = new Set(rooms);
    const { cameBehind, joinedBehind, past } = memberships;
    const stays = past?.all ?? [];
    const missed: (readonly unknown[])[] = [];
    let number = after;
    for (const { to, data } of this.#log.after(after)) {
      number++;
      const isIn = (room: Room): boolean =>
        (own.has(room) && number > (joinedBehind.get(room) ?? cameBehind)) ||
        stays.some((stay) => stay.room === room && number > stay.behind && number <= stay.upTo);
      if (isAddressed(to, isIn)) missed.push(data);
    }
    return missed;
  }

  #watch(): void {
    this.#sweeper ??= this.#options.clock.coarse(SWEEP_INTERVAL_MS, () => this.#sweep());
  }

  #sweep(): void {
    this.#sweeper = undefined;
    const now = this.#options.clock.now();
    for (const [pid, { expiresAtMs }] of this.#kept) {
      if (expiresAtMs >= now) break;
      this.#kept.delete(pid);
    }
    this.#log.expire(now - this.#options.retentionMs);
    if (this.#kept.size > 0 || this.#log.size > 0) this.#watch();
  }
}

function isAddressed({ rooms, except }: LogEntry["to"], isIn: (room: Room) => boolean): boolean {
  const isMeant = rooms.size === 0 || [...rooms].some(isIn);
  return isMeant && !(except !== undefined && [...except].some(isIn));
}
