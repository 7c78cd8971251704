// The sessions of one namespace on this node, written through to the store of the broker, so that another node can go on
// with them when this one dies without a word.
// Place: connection / namespace -> recovering adapter (**session cupboard**) -> session writes -> bus -> the broker
//
//   opened or taken --> live: written when rooms or data change, and now and then so that it does not fall into oblivion
//   live --connection lost--> kept by the broker alone --taken, here or elsewhere--> live, with a higher fence
//   live --left for good, or refused--> dropped
//   live --taken elsewhere--> overtaken: its socket ends, and nothing it writes counts
//
// Rules: a session is written before its client hears of it, unless the broker is away; what is taken is put back at once
//        under the new fence, so that no death leaves it in nobody's hands. `data` cannot be watched: it is compared after
//        each turn in which a handler of the socket ran, and every few seconds.

import type { Alarm, Cancel, Clock } from "@bowline/protocol/internal";
import { decodeMsgpack } from "@bowline/protocol/msgpack";
import type { LiveSession, Room, SessionToPersist, SocketId } from "../contract.ts";
import { PastStays } from "../past-stays.ts";
import type { Bus, BusStore } from "./bus.ts";
import type { Offset } from "./message.ts";
import { RecurringWarning, reasonOf } from "./recurring-warning.ts";
import { isSameData, readData } from "./session-data.ts";
import { decodeSession, type SessionRecord } from "./session-record.ts";
import { SessionWrites, type WritableSession } from "./session-writes.ts";
import { ToldPositions } from "./told-positions.ts";
import { within } from "./within.ts";

/** How often some of the sessions are looked at, in milliseconds, and in how many such ticks each has its turn. */
const TICK_MS = 1_000;
const TICKS_PER_ROUND = 5;
/** A live session is written at least so often, in milliseconds; it outlives the node by the time that sessions are kept. */
const REFRESH_MS = 30_000;
/** How long the store may keep a newcomer waiting, in milliseconds. */
const OPENING_MS = 1_000;

/** What a cupboard is made of. */
export interface SessionCupboardOptions {
  readonly bus: Pick<Bus, "status">;
  readonly store: BusStore;
  readonly clock: Clock;
  /** What begins the keys of this namespace. */
  readonly prefix: string;
  /** How long a lost session is kept, in milliseconds. */
  readonly keptMs: number;
}

/** Who has a cupboard. */
export interface SessionCupboardOwner {
  /** How far the log has been told here; undefined before it has been reached. */
  readonly position: Offset | undefined;
  roomsOf(sid: SocketId): ReadonlySet<Room> | undefined;
  warn(text: string): void;
}

/** A session that was taken. */
export interface TakenSession {
  readonly pid: string;
  readonly sid: SocketId;
  readonly fence: number;
  readonly cameBehind: Offset;
  readonly rooms: ReadonlyMap<Room, Offset>;
  readonly past: PastStays<Offset>;
  /** Up to which event its client is known to have got all that was for it. */
  readonly received: Offset | undefined;
  readonly data: unknown;
}

/** A session in this node's hands. */
interface Live extends WritableSession {
  cameBehind: Offset | undefined;
  readonly rooms: Map<Room, Offset | undefined>;
  session: Pick<LiveSession, "readData" | "readReceivedUntilMs"> | undefined;
  received: Offset | undefined;
  data: Uint8Array | undefined;
  ttlMs: number;
  writtenAtMs: number;
}

type BornSession = Pick<Live, "pid" | "sid" | "fence" | "cameBehind" | "rooms" | "past" | "received">;

/** Keeps the sessions of one namespace. */
export class SessionCupboard implements Alarm {
  readonly #options: SessionCupboardOptions;
  readonly #owner: SessionCupboardOwner;
  readonly #byPid: Map<string, Live> = new Map();
  /** In the order in which they are looked at. */
  readonly #bySid: Map<SocketId, Live> = new Map();
  readonly #changed: Set<Live> = new Set();
  readonly #touched: Set<Live> = new Set();
  readonly #unreadable: RecurringWarning;
  readonly #writes: SessionWrites;
  readonly #unwritable: RecurringWarning;
  readonly #told: ToldPositions = new ToldPositions();
  #isTurnEnding = false;
  #tick: Cancel | undefined;

  constructor(options: SessionCupboardOptions, owner: SessionCupboardOwner) {
    this.#options = options;
    this.#owner = owner;
    const warn = (text: string): void => owner.warn(text);
    this.#writes = new SessionWrites({ ...options, warn });
    this.#unreadable = new RecurringWarning(options.clock, warn);
    this.#unwritable = new RecurringWarning(options.clock, warn);
  }

  /** How many sessions are in this node's hands. */
  get size(): number {
    return this.#bySid.size;
  }

  /** The sockets whose sessions are in this node's hands. */
  sids(): SocketId[] {
    return [...this.#bySid.keys()];
  }

  /** A session begins, or goes on here. @returns settles once the broker has it, or takes too long. */
  open(session: LiveSession): Promise<void> | undefined {
    const { pid, sid } = session;
    const known = this.#byPid.get(pid);
    const live: Live = known ?? this.#add(this.#born(pid, sid));
    live.session = session;
    this.joined(sid, this.#owner.roomsOf(sid) ?? new Set());
    live.data = this.#dataOf(live);
    this.#write(live);
    this.#watch();
    const { bus, clock } = this.#options;
    return bus.status === "up" ? within(clock, OPENING_MS, this.#writes.done(pid), () => undefined) : undefined;
  }

  /** A socket is in these rooms from now on. */
  joined(sid: SocketId, rooms: ReadonlySet<Room>): void {
    const live = this.#bySid.get(sid);
    if (live === undefined) return;
    for (const room of rooms) {
      if (live.rooms.has(room)) continue;
      live.rooms.set(room, this.#owner.position);
      this.#mark(live);
    }
  }

  left(sid: SocketId, room: Room): void {
    const live = this.#bySid.get(sid);
    const behind = live?.rooms.get(room);
    if (live?.rooms.delete(room) !== true) return;
    // What has been told since it joined may be on its way still.
    const { position } = this.#owner;
    if (behind !== undefined && position !== undefined && position !== behind)
      live.past.add({ room, behind, upTo: position });
    this.#mark(live);
  }

  /** A handler of the socket has run: what the program keeps with it may have changed. */
  touched(sid: SocketId): void {
    const live = this.#bySid.get(sid);
    if (live === undefined) return;
    this.#touched.add(live);
    this.#endTurn();
  }

  /** The log has been reached: who came before knows now behind which event. */
  ready(): void {
    const { position } = this.#owner;
    for (const live of this.#bySid.values()) {
      live.cameBehind ??= position;
      for (const [room, behind] of live.rooms) live.rooms.set(room, behind ?? position);
      this.#mark(live);
    }
  }

  /** A connection was lost: the session is the broker's alone. */
  persist({ pid, data, receivedUntilMs = 0 }: SessionToPersist): void {
    const live = this.#byPid.get(pid);
    if (live === undefined) return;
    this.#remove(live);
    live.session = { readData: () => data, readReceivedUntilMs: () => receivedUntilMs };
    live.data = this.#dataOf(live);
    live.ttlMs = this.#options.keptMs;
    this.#write(live);
  }

  /** A socket has gone; if its session is to be kept, it is by now. */
  gone(sid: SocketId): void {
    const live = this.#bySid.get(sid);
    if (live === undefined) return;
    this.#remove(live);
    this.#writes.drop(live);
  }

  /** Somebody else has a session by now. @returns whether it was in this node's hands. */
  overtaken(sid: SocketId, fence: number): boolean {
    const live = this.#bySid.get(sid);
    if (live === undefined || live.fence >= fence) return false;
    this.#remove(live);
    return true;
  }

  /**
   * Takes a session out of the store, and puts it back under the new fence.
   * @returns undefined where there is none.
   */
  async take(pid: string): Promise<TakenSession | undefined> {
    const { store, prefix } = this.#options;
    // What this node has written of it last may be on its way.
    await this.#writes.done(pid);
    const taken = await (store.claim?.(prefix + pid) ?? store.take(prefix + pid));
    if (taken === undefined) return undefined;
    const { value, fence } = taken;
    const read = this.#read(value);
    if (read === undefined) return undefined;
    const { record, data } = read;
    const { sid, cameBehind, rooms, past, received } = record;
    const live = this.#add({ pid, sid, fence, cameBehind, rooms: new Map(rooms), past, received });
    live.data = record.data;
    if (store.claim === undefined) this.#write(live);
    return { pid, sid, fence, cameBehind, rooms, past, received, data };
  }

  /** Nobody can make use of a session that was taken; one that somebody has taken since is theirs. */
  giveUp({ pid, fence }: Pick<TakenSession, "pid" | "fence">): void {
    const live = this.#byPid.get(pid);
    if (live?.fence === fence) this.gone(live.sid);
  }

  /** The turn is over: what has changed in it is written. */
  ring(): void {
    this.#isTurnEnding = false;
    for (const live of this.#touched) this.#compare(live);
    this.#touched.clear();
    for (const live of [...this.#changed]) this.#write(live);
  }

  /** @returns settles once everything has been written; it is never rejected, and may wait as long as the broker does. */
  async close(): Promise<void> {
    this.#tick?.();
    this.ring();
    await this.#writes.allDone();
  }

  #born(pid: string, sid: SocketId): BornSession {
    const { position } = this.#owner;
    return { pid, sid, fence: 0, cameBehind: position, rooms: new Map(), past: new PastStays(), received: undefined };
  }

  #add(born: BornSession): Live {
    const elder = this.#bySid.get(born.sid);
    if (elder !== undefined) this.#remove(elder);
    const live: Live = {
      ...born,
      session: undefined,
      data: undefined,
      ttlMs: this.#options.keptMs + 2 * REFRESH_MS,
      writtenAtMs: this.#options.clock.now(),
    };
    this.#byPid.set(live.pid, live);
    this.#bySid.set(live.sid, live);
    return live;
  }

  #remove(live: Live): void {
    if (this.#byPid.get(live.pid) === live) this.#byPid.delete(live.pid);
    if (this.#bySid.get(live.sid) === live) this.#bySid.delete(live.sid);
    this.#changed.delete(live);
    this.#touched.delete(live);
  }

  #mark(live: Live): void {
    this.#changed.add(live);
    this.#endTurn();
  }

  #endTurn(): void {
    if (this.#isTurnEnding) return;
    this.#isTurnEnding = true;
    this.#options.clock.turnEnd(this);
  }

  #compare(live: Live): void {
    const data = this.#dataOf(live);
    if (isSameData(data, live.data)) return;
    live.data = data;
    this.#changed.add(live);
  }

  #dataOf({ sid, session, data }: Live): Uint8Array | undefined {
    return session === undefined ? data : readData({ sid, readData: () => session.readData() }, data, this.#unwritable);
  }

  #write(live: Live): void {
    this.#changed.delete(live);
    live.writtenAtMs = this.#options.clock.now();
    live.received = this.#told.by(live.session?.readReceivedUntilMs?.() ?? 0) ?? live.received;
    this.#writes.put(live);
  }

  #read(value: Uint8Array): { readonly record: SessionRecord; readonly data: unknown } | undefined {
    try {
      const record = decodeSession(value);
      const data = record.data === undefined ? {} : decodeMsgpack(record.data);
      this.#unreadable.over();
      return { record, data };
    } catch (error) {
      this.#unreadable.give(reasonOf(error));
      return undefined;
    }
  }

  #watch(): void {
    this.#tick ??= this.#options.clock.coarse(TICK_MS, () => {
      this.#tick = undefined;
      this.#noteTold();
      this.#look();
      if (this.#bySid.size > 0) this.#watch();
    });
  }

  #noteTold(): void {
    const { position } = this.#owner;
    if (position !== undefined) this.#told.note(this.#options.clock.now(), position);
  }

  /** Looks at those that have not been looked at for longest. */
  #look(): void {
    const before = this.#options.clock.now() - REFRESH_MS;
    let left = Math.ceil(this.#bySid.size / TICKS_PER_ROUND);
    for (const [sid, live] of this.#bySid) {
      if (left-- === 0) break;
      this.#bySid.delete(sid);
      this.#bySid.set(sid, live);
      this.#compare(live);
      if (this.#changed.has(live) || live.writtenAtMs <= before) this.#write(live);
    }
  }
}
