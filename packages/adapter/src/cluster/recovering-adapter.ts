// The adapter of a namespace whose lost sessions any node can go on with: events go through the log of the namespace, and
// sessions are in the store of the broker.
// Place: connection / namespace -> **recovering adapter** -> replicated log and session cupboard -> bus
// Rules: what may be missed is told in the log's order on every node, this one included; the rest is told at once, with the
//        offset of what was told last; who cannot be given everything starts anew, and never gets a part; a session that
//        was taken elsewhere has no socket here.
// Source: docs/decisions/0030-recovery-across-nodes.md, "Decision"

import { EVENT, elementsOf } from "@bowline/protocol/internal";
import type {
  AdapterNamespace,
  BroadcastFlags,
  BroadcastOptions,
  BroadcastPacket,
  Delivery,
  LiveSession,
  Room,
  Session,
  SessionKeeping,
  SessionToPersist,
  SocketId,
} from "../contract.ts";
import type { Bus, BusLog, BusStore } from "./bus.ts";
import { BusAdapter } from "./bus-adapter.ts";
import type { ClusterLink } from "./cluster-link.ts";
import type { EventRecord } from "./log-record.ts";
import type { TailEntry, TailLimits } from "./log-tail.ts";
import type { Offset } from "./message.ts";
import { ReplicatedLog } from "./replicated-log.ts";
import { SessionCupboard, type TakenSession } from "./session-cupboard.ts";
import { within } from "./within.ts";

/** How long a client that comes back may wait for the broker, in milliseconds; then it starts anew. */
const RESTORE_MS = 4_000;
/** How long the end of a namespace may wait for the broker, in milliseconds. */
const CLOSING_MS = 1_000;

/** A client that comes back. */
interface Attempt {
  taken: TakenSession | undefined;
  isLate: boolean;
}

/** What recovery is made of. */
export interface RecoveryParts {
  readonly bus: Bus;
  readonly log: BusLog;
  readonly store: BusStore;
  readonly sessions: SessionKeeping;
  /** Keeps clusters apart. */
  readonly prefix: string;
  /** Most events that a node keeps in memory for each namespace. */
  readonly maxTailEntries: number;
  /** What may wait for the log of a namespace, in bytes. */
  readonly maxQueuedBytes: number;
}

/** The adapter of one namespace of a node, with recovery. */
export class RecoveringAdapter extends BusAdapter {
  readonly marksEvents = true;
  readonly #log: ReplicatedLog;
  readonly #cupboard: SessionCupboard;
  readonly #parts: { readonly log: BusLog; readonly topic: string };

  /** Made by `cluster.adapter`. */
  constructor(nsp: AdapterNamespace, link: ClusterLink, parts: RecoveryParts) {
    super(nsp, link);
    const { clock, random } = nsp.surroundings;
    const { bus, log, store, sessions, prefix, maxTailEntries, maxQueuedBytes } = parts;
    const limits: TailLimits = {
      maxEntries: maxTailEntries,
      maxBytes: sessions.maxLogBytes,
      maxAgeMs: sessions.retentionMs,
    };
    const { name } = nsp;
    const topic = `${prefix}:log:${name}`;
    this.#parts = { log, topic };
    this.#log = new ReplicatedLog(
      { bus, log, topic, clock, random, limits, maxPendingBytes: maxQueuedBytes },
      {
        ready: () => this.#cupboard.ready(),
        deliver: (event, offset) => this.#deliver(event, offset),
        taken: (sid, fence) => this.#taken(sid, fence),
        missed: () => this.#missed(),
        dropped: (reason, error) => link.dropped(reason, error),
        warn: (text) => this.#warn(text),
        reportUncaught: (error) => nsp.surroundings.reportUncaught(error),
      },
    );
    const position = (): Offset | undefined => this.#log.position;
    this.#cupboard = new SessionCupboard(
      { bus, store, clock, prefix: `${prefix}:session:${name}:`, keptMs: sessions.maxDisconnectionDurationMs },
      {
        get position() {
          return position();
        },
        roomsOf: (sid) => this.socketRooms(sid),
        warn: (text) => this.#warn(text),
      },
    );
  }

  override init(): Promise<void> | void {
    this.#log.start();
    return super.init();
  }

  override async close(): Promise<void> {
    const told = Promise.all([this.#cupboard.close(), this.#log.close()]);
    await within(this.nsp.surroundings.clock, CLOSING_MS, told, () =>
      this.#warn("Cannot wait until the sessions have been kept: the broker does not answer; lost ones may start anew"),
    );
    await super.close();
  }

  override addAll(id: SocketId, rooms: ReadonlySet<Room>): Promise<void> | void {
    this.#cupboard.joined(id, rooms);
    return super.addAll(id, rooms);
  }

  override del(id: SocketId, room: Room): Promise<void> | void {
    this.#cupboard.left(id, room);
    return super.del(id, room);
  }

  override delAll(id: SocketId): void {
    super.delAll(id);
    this.#cupboard.gone(id);
  }

  override broadcast(packet: BroadcastPacket, options: BroadcastOptions): Promise<void> | void {
    const { flags, rooms, except = [] } = options;
    const isKept =
      packet.type === EVENT && packet.id === undefined && flags?.volatile !== true && flags?.local !== true;
    if (!isKept) return super.broadcast(packet, options);
    return this.#log.append({
      kind: "event",
      rooms: [...rooms],
      except: [...except],
      compress: flags?.compress,
      data: elementsOf(packet.data),
    });
  }

  override flushed(): Promise<void> {
    return this.#log.flushed();
  }

  openSession(session: LiveSession): Promise<void> | undefined {
    return this.#cupboard.open(session);
  }

  sessionTouched(id: SocketId): void {
    this.#cupboard.touched(id);
  }

  override persistSession(session: SessionToPersist): Promise<void> | void {
    this.#cupboard.persist(session);
  }

  override restoreSession(pid: string, offset: string): Promise<Session | undefined> {
    const attempt: Attempt = { taken: undefined, isLate: false };
    const restoring = this.#restore(pid, offset, attempt).catch((error: unknown) => {
      this.#giveUp(attempt);
      throw error;
    });
    return within(this.nsp.surroundings.clock, RESTORE_MS, restoring, () => {
      attempt.isLate = true;
      this.#giveUp(attempt);
      return undefined;
    });
  }

  /** Every event without an acknowledgement leaves with an offset, also one that no log keeps. */
  protected override prepare(packet: BroadcastPacket, flags?: BroadcastFlags, offset?: Offset): Delivery {
    const isEvent = packet.type === EVENT && packet.id === undefined;
    return super.prepare(packet, flags, isEvent ? (offset ?? this.#log.currentOffset) : undefined);
  }

  async #restore(pid: string, offset: string, attempt: Attempt): Promise<Session | undefined> {
    const taken = await this.#cupboard.take(pid);
    if (taken === undefined) return undefined;
    attempt.taken = taken;
    // Whoever has had it until now hears of it in the log's order.
    void this.#log.append({ kind: "taken", sid: taken.sid, fence: taken.fence });
    const after = await this.#beginning(taken, offset);
    const readMissed = after === undefined ? undefined : await this.#log.missedSince(after);
    if (readMissed === undefined || attempt.isLate) {
      this.#giveUp(attempt);
      return undefined;
    }
    const readAddressed = () => this.#addressedTo(taken, readMissed());
    return {
      sid: taken.sid,
      pid,
      rooms: [...taken.rooms.keys()],
      data: taken.data,
      get missedPackets() {
        return readAddressed();
      },
    };
  }

  /** Nobody can make use of a session that was taken. */
  #giveUp({ taken }: Attempt): void {
    if (taken !== undefined) this.#cupboard.giveUp(taken);
  }

  /** Behind which event somebody has missed something. @returns undefined where what is shown is no offset, or too old. */
  async #beginning(taken: TakenSession, offset: string): Promise<Offset | undefined> {
    const { sid, rooms, past, cameBehind, received } = taken;
    const { log, topic } = this.#parts;
    // What was sent before it came was never meant for it.
    const came = rooms.get(sid) ?? cameBehind;
    const shown = offset === "" || log.compare(offset, came) < 0 ? came : offset;
    // It has got all up to there, whatever it shows: what lies between was for others, and may have gone.
    const isKnown = received !== undefined && log.compare(shown, received) < 0;
    if (!isKnown && offset !== "" && !(await log.reaches(topic, offset))) return undefined;
    const after = isKnown ? received : shown;
    // In which rooms it was before that, nobody knows any more.
    return past.forgotten !== undefined && log.compare(after, past.forgotten) < 0 ? undefined : after;
  }

  /** What was addressed to a session, and told while it was in the room in question. */
  #addressedTo({ rooms, past }: TakenSession, missed: readonly TailEntry[]): (readonly unknown[])[] {
    const { compare } = this.#parts.log;
    const isAddressed = ({ to, offset }: TailEntry): boolean => {
      const isIn = (room: Room): boolean => {
        const joinedBehind = rooms.get(room);
        if (joinedBehind !== undefined && compare(offset, joinedBehind) > 0) return true;
        return past.all.some(
          ({ room: left, behind, upTo }) => left === room && compare(offset, behind) > 0 && compare(offset, upTo) <= 0,
        );
      };
      return (to.rooms.size === 0 || [...to.rooms].some(isIn)) && ![...to.except].some(isIn);
    };
    return missed.filter(isAddressed).map(({ data }) => data);
  }

  #deliver({ rooms, except, compress, data }: EventRecord, offset: Offset): void {
    const flags = compress === undefined ? {} : { compress };
    const packet = { type: EVENT, nsp: this.nsp.name, data };
    this.handOut(this.prepare(packet, flags, offset), { rooms: new Set(rooms), except: new Set(except), flags });
  }

  #taken(sid: SocketId, fence: number): void {
    if (this.#cupboard.overtaken(sid, fence)) this.nsp.sockets.get(sid)?.lose?.();
  }

  /** Nobody here knows what was missed: who has a session comes back, shows how far it got, and starts anew. */
  #missed(): void {
    this.#warn(
      "Cannot tell all events of other nodes: the log had let go of some before they were read; clients start anew",
    );
    for (const sid of this.#cupboard.sids()) this.nsp.sockets.get(sid)?.lose?.();
  }

  #warn(text: string): void {
    this.nsp.surroundings.warn("BOWLINE_RECOVERY", `${text} (namespace "${this.nsp.name}")`);
  }
}
