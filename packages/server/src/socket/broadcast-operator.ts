// Whom a broadcast is for and how it travels, put together step by step: `io.to("a").except("b").volatile.emit(…)`.
// Place: the user's code -> **broadcast operator** -> adapter -> sockets of a room
// Rules: immutable, every step is a new operator, so that one may be kept and used again;
//        a broadcast with an ack needs a timeout, since not every client will answer.
// Source: docs/protocol/socket-5.md, "Events and acks"

import {
  Adapter,
  type AdapterContract,
  type BroadcastFlags,
  IncompleteAnswersError,
  type Room,
  type SocketDetails,
  type SocketId,
} from "@bowline/adapter";
import { PacketType, type SocketPacket } from "@bowline/protocol";
import {
  type AnswerOf,
  type Clock,
  type DefaultData,
  type DefaultEventsMap,
  type EventNames,
  type EventNamesWithAck,
  type EventParams,
  type EventsMap,
  invoke,
  takeAck,
  type WithAnswers,
  type WithoutAck,
} from "@bowline/protocol/internal";
import { BroadcastAnswers } from "./broadcast-answers.ts";
import { createRemoteSocket, type RemoteSocket } from "./remote-socket.ts";
import { refuseReservedEvent } from "./reserved-events.ts";
import { toRooms } from "./rooms.ts";
import type { ServerTrace } from "./trace-points.ts";

/** What an operator needs of its namespace. */
export interface BroadcastSource<Emit extends EventsMap, Data> {
  readonly name: string;
  readonly adapter: AdapterContract;
  readonly clock: Clock;
  /** @internal */
  readonly trace: Pick<ServerTrace, "broadcast">;
  /** The sockets of this process. @internal */
  readonly members: ReadonlyMap<SocketId, RemoteSocket<Emit, Data>>;
}

/** Whom a broadcast is for, and how it travels. */
export interface BroadcastTarget {
  readonly rooms: ReadonlySet<Room>;
  readonly except: ReadonlySet<Room>;
  readonly flags: BroadcastFlags;
}

/** Takes the ids of sockets, or what kept them from being found. */
export type ClientsCallback = (error: unknown, ids?: SocketId[]) => void;

/** What an adapter of ours ends a question with that not all servers have answered. */
function isIncomplete(error: unknown): error is IncompleteAnswersError<SocketDetails> {
  return error instanceof IncompleteAnswersError;
}

/** Everybody, with nothing special. */
export const EVERYBODY: BroadcastTarget = { rooms: new Set(), except: new Set(), flags: {} };

/**
 * Addresses a broadcast, step by step.
 *
 * Each step gives a new operator and leaves the one before as it was, so one may be kept and used again.
 * @typeParam Emit events that the server sends.
 * @typeParam Data what `socket.data` holds.
 * @example
 * const members = io.to("members").except("guests");
 * members.emit("news", "the doors are open");
 * members.volatile.emit("position", 4, 2);
 */
export class BroadcastOperator<Emit extends EventsMap, Data = DefaultData> {
  readonly #source: BroadcastSource<Emit, Data>;
  readonly #target: BroadcastTarget;

  /** Made by a server, a namespace or a socket. @internal */
  constructor(source: BroadcastSource<Emit, Data>, target: BroadcastTarget) {
    this.#source = source;
    this.#target = target;
  }

  /** The adapter that carries the broadcast. */
  get adapter(): AdapterContract {
    return this.#source.adapter;
  }

  /** The rooms addressed; none means everybody. */
  get rooms(): ReadonlySet<Room> {
    return this.#target.rooms;
  }

  /** The rooms that are left out. */
  get exceptRooms(): ReadonlySet<Room> {
    return this.#target.except;
  }

  /** How the broadcast travels. */
  get flags(): BroadcastFlags {
    return this.#target.flags;
  }

  /**
   * Addresses the members of more rooms.
   *
   * Who is in several of them gets a broadcast once. Without any room an operator addresses everybody.
   * @param rooms one room, or many; a number names the same room as its digits.
   * @returns a new operator.
   * @example
   * io.to("readers").to(["writers", "guests"]).emit("news", "the doors are open");
   */
  to(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.#with({ rooms: new Set([...this.#target.rooms, ...toRooms(rooms)]) });
  }

  /**
   * As `to`.
   * @param rooms one room, or many.
   * @returns a new operator.
   * @example
   * io.in("readers").socketsJoin("members");
   */
  in(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.to(rooms);
  }

  /**
   * Leaves out the members of rooms, also those who are in a room that is addressed.
   * @param rooms one room, or many; the id of a socket is the name of its own room.
   * @returns a new operator.
   * @example
   * io.to("readers").except("guests").emit("news", "for members only");
   */
  except(rooms: Room | readonly Room[]): BroadcastOperator<Emit, Data> {
    return this.#with({ except: new Set([...this.#target.except, ...toRooms(rooms)]) });
  }

  /**
   * Drops the broadcast for clients that it cannot reach at once: an earlier batch has not left, or no poll waits.
   * @returns a new operator.
   * @example
   * io.volatile.emit("position", 4, 2);
   */
  get volatile(): BroadcastOperator<Emit, Data> {
    return this.#flag({ volatile: true });
  }

  /**
   * Addresses clients of this process only.
   * @returns a new operator.
   */
  get local(): BroadcastOperator<Emit, Data> {
    return this.#flag({ local: true });
  }

  /**
   * Tells whether transports may compress the broadcast.
   * @param compress false for data that is compressed already.
   * @returns a new operator.
   */
  compress(compress: boolean): BroadcastOperator<Emit, Data> {
    return this.#flag({ compress });
  }

  /**
   * Limits the time for the answers.
   * @param timeoutMs milliseconds to wait, from the emit on.
   * @returns a new operator, whose `emit` takes an ack.
   * @example
   * io.to("readers").timeout(1000).emit("how are you", (error, answers) => {
   *   console.log(error === null ? "all of them" : "not all in time", answers);
   * });
   */
  timeout(timeoutMs: number): BroadcastOperator<Emit, Data> {
    return this.#flag({ timeout: timeoutMs });
  }

  /**
   * Sends an event to everybody addressed.
   *
   * It is encoded once for all receivers. With an ack, everybody addressed is asked, and the ack is called once: with
   * null and the answers when all have come, or with a `BroadcastTimeoutError` and those that came in time.
   * @param event any name but those of the library, such as `disconnect`.
   * @param args what listeners get; a function at the end gets `(error, answers)` and needs `timeout()` before.
   * @returns true.
   * @throws TypeError when the name belongs to the library, or an ack has no timeout.
   * @throws whatever the parser throws, for data that has no JSON.
   * @example
   * io.to("readers").emit("news", "the doors are open");
   */
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<WithAnswers<Emit>, E>): boolean {
    this.#send(event, args);
    return true;
  }

  /**
   * Sends the event `message`.
   * @returns the same operator.
   */
  send(...args: unknown[]): this {
    this.#send("message", args);
    return this;
  }

  /** As `send`. */
  write(...args: unknown[]): this {
    return this.send(...args);
  }

  /**
   * Sends an event to everybody addressed and gathers the answers; wants `timeout()` before.
   * @param event any name but those of the library, such as `disconnect`.
   * @param args what listeners get, without the ack.
   * @returns the first argument of each answer, in the order they came.
   * @throws TypeError (as a rejection) when there is no timeout, or the name belongs to the library.
   * @throws BroadcastTimeoutError (as a rejection) when not everybody answered in time; it holds the answers that came.
   * @example
   * const moods = await io.to("readers").timeout(1000).emitWithAck("how are you");
   * console.log(`${moods.length} answers`);
   */
  emitWithAck<E extends EventNamesWithAck<Emit>>(
    event: E,
    ...args: WithoutAck<EventParams<Emit, E>>
  ): Promise<AnswerOf<EventParams<Emit, E>>[]> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null, answers: AnswerOf<EventParams<Emit, E>>[]) =>
        error === null ? resolve(answers) : reject(error);
      this.#send(event, [...args, settle]);
    });
  }

  /**
   * Finds the sockets addressed, on all servers.
   * @returns the sockets that are connected now: those of this process themselves, the others as what works from afar.
   * @throws IncompleteAnswersError (as a rejection) when another server does not answer in time: those that were found are its
   * `results`. Adapters of others throw errors of their own.
   * @example
   * const readers = await io.in("readers").fetchSockets();
   * for (const reader of readers) console.log(reader.id);
   */
  async fetchSockets(): Promise<RemoteSocket<Emit, Data>[]> {
    try {
      return this.#sockets(await this.#source.adapter.fetchSockets(this.#target));
    } catch (error) {
      throw isIncomplete(error) ? error.with(this.#sockets(error.results)) : error;
    }
  }

  /**
   * Counts the sockets addressed, on all servers. No more than a number comes from each.
   * @returns how many are connected now.
   * @throws IncompleteAnswersError (as a rejection) when another server does not answer in time: the numbers of the others are
   * its `results`. Adapters of others throw errors of their own.
   * @example
   * console.log(await io.in("readers").count());
   */
  async count(): Promise<number> {
    const { adapter } = this.#source;
    const counted = adapter.countSockets?.(this.#target);
    return counted ?? (await adapter.fetchSockets(this.#target)).length;
  }

  /**
   * Tells whether any socket is addressed, on any server; others are asked only where there is none on this one.
   * @throws IncompleteAnswersError (as a rejection) as `count`, where none was found and not all have answered.
   * @example
   * if (await io.in("user:7").exists()) io.to("user:7").emit("news", "the doors are open");
   */
  async exists(): Promise<boolean> {
    const { flags } = this.local;
    const here = await this.#source.adapter.fetchSockets({ ...this.#target, flags });
    if (here.length > 0) return true;
    try {
      return (await this.count()) > 0;
    } catch (error) {
      if (isIncomplete(error) && error.results.some((counted) => Number(counted) > 0)) return true;
      throw error;
    }
  }

  /**
   * Finds the ids of the members of the rooms addressed, on all servers; whoever is left out or not plays no part.
   * @deprecated `fetchSockets` tells more.
   */
  allSockets(): Promise<Set<SocketId>> {
    return this.#source.adapter.sockets(this.#target.rooms);
  }

  /**
   * Finds the ids of the sockets addressed.
   * @param callback gets the error or null, and the ids.
   * @returns the same operator.
   */
  clients(callback: ClientsCallback): this {
    this.#source.adapter.sockets(new Set(this.#target.rooms)).then((ids) => callback(null, [...ids]), callback);
    return this;
  }

  /** Itself: every event is JSON, as elder programs ask for. */
  get json(): this {
    return this;
  }

  /** Itself: it addresses others than the sender anyway, where there is one. */
  get broadcast(): this {
    return this;
  }

  /** Tells whether the event has bytes. They are looked for in any case, so that none is sent as text by mistake. */
  binary(_hasBinary: boolean): BroadcastOperator<Emit, Data> {
    return this.#with({});
  }

  /**
   * Has the sockets addressed join rooms.
   * @param rooms one room, or many.
   */
  socketsJoin(rooms: Room | readonly Room[]): void {
    this.#source.adapter.addSockets(this.#target, toRooms(rooms));
  }

  /**
   * Has the sockets addressed leave rooms.
   * @param rooms one room, or many.
   */
  socketsLeave(rooms: Room | readonly Room[]): void {
    this.#source.adapter.delSockets(this.#target, toRooms(rooms));
  }

  /**
   * Sends the clients addressed away.
   * @param close whether their whole connections are to end, with all their namespaces. @default false
   */
  disconnectSockets(close = false): void {
    this.#source.adapter.disconnectSockets(this.#target, close);
  }

  /** How many servers are asked; an adapter that does not say how many there are is the only one. */
  #countServers(): Promise<number> | number {
    const { adapter } = this.#source;
    if (this.#target.flags.local === true || adapter.serverCount === Adapter.prototype.serverCount) return 1;
    return adapter.serverCount?.() ?? 1;
  }

  #sockets(found: readonly SocketDetails[]): RemoteSocket<Emit, Data>[] {
    return found.map((details) => {
      const own = this.#source.members.get(details.id);
      return own !== undefined && Object.is(own, details) ? own : this.#remote(details);
    });
  }

  #remote(details: SocketDetails): RemoteSocket<Emit, Data> {
    const alone: BroadcastTarget = {
      rooms: new Set([details.id]),
      except: new Set(),
      flags: { expectSingleResponse: true },
    };
    return createRemoteSocket(details, new BroadcastOperator<DefaultEventsMap>(this.#source, alone));
  }

  #with(change: Partial<BroadcastTarget>): BroadcastOperator<Emit, Data> {
    return new BroadcastOperator(this.#source, { ...this.#target, ...change });
  }

  #flag(change: BroadcastFlags): BroadcastOperator<Emit, Data> {
    return this.#with({ flags: { ...this.#target.flags, ...change } });
  }

  #send(event: string | symbol, given: readonly unknown[]): void {
    refuseReservedEvent(event);
    const { args, ack } = takeAck(given);
    const packet: SocketPacket = { type: PacketType.EVENT, nsp: this.#source.name, data: [event, ...args] };
    this.#source.trace.broadcast(this.#source.name, event, this.#target);
    if (ack === undefined) void this.#source.adapter.broadcast(packet, this.#target);
    else this.#ask(packet, (...settled) => invoke(ack, settled));
  }

  #ask(packet: SocketPacket, settle: (error: Error | null, answers: unknown) => void): void {
    const { timeout, expectSingleResponse } = this.#target.flags;
    if (timeout === undefined) {
      throw new TypeError("Cannot broadcast with an ack: there is no time limit; call timeout(ms) before emit");
    }
    const { adapter, clock } = this.#source;
    const answers = new BroadcastAnswers((error, given) =>
      settle(error, expectSingleResponse === true ? given[0] : given),
    );
    adapter.broadcastWithAck(packet, this.#target, answers.receivers, answers.reply);
    // Not before the broadcast is out: what cannot be encoded throws, and leaves no timer behind.
    answers.begin(timeout, clock, this.#countServers());
  }
}
