// Whom a broadcast is for and how it travels, put together step by step: `io.to("a").except("b").volatile.emit(…)`.
// Place: the user's code -> **broadcast operator** -> adapter -> sockets of a room
// Rules: immutable, every step is a new operator, so that one may be kept and used again;
//        a broadcast with an ack needs a timeout, since not every client will answer.
// Source: docs/protocol/socket-5.md, "Events and acks"

import type { Adapter, AdapterSocket, BroadcastFlags, Room } from "@bowline/adapter";
import { PacketType, type SocketPacket } from "@bowline/protocol";
import {
  type Cancel,
  type Clock,
  type EventNames,
  type EventParams,
  type EventsMap,
  invoke,
} from "@bowline/protocol/internal";
import type { AnswerOf, WithAnswers, WithoutAck } from "./ack-types.ts";
import { createTimeoutError, takeAck } from "./pending-acks.ts";
import { refuseReservedEvent } from "./reserved-events.ts";
import { toRooms } from "./rooms.ts";

/** What an operator needs of its namespace. */
export interface BroadcastSource<S extends AdapterSocket> {
  readonly name: string;
  readonly adapter: Adapter<S>;
  readonly clock: Clock;
  nextAckId(): number;
  /** Answers to a broadcast are of no use any more. */
  forgetReplies(id: number): void;
}

/** Whom a broadcast is for, and how it travels. */
export interface BroadcastTarget {
  readonly rooms: ReadonlySet<Room>;
  readonly except: ReadonlySet<Room>;
  readonly flags: BroadcastFlags;
}

/** Everybody, with nothing special. */
export const EVERYBODY: BroadcastTarget = { rooms: new Set(), except: new Set(), flags: {} };

/** The error of a broadcast that not everybody answered in time; the answers that came are in `responses`. */
export class BroadcastTimeoutError extends Error {
  override readonly name: string = "BroadcastTimeoutError";
  readonly responses: readonly unknown[];

  constructor(responses: readonly unknown[]) {
    super(createTimeoutError().message);
    this.responses = responses;
  }
}

/** Addresses a broadcast. */
export class BroadcastOperator<Emit extends EventsMap, S extends AdapterSocket> {
  readonly #source: BroadcastSource<S>;
  readonly #target: BroadcastTarget;

  constructor(source: BroadcastSource<S>, target: BroadcastTarget) {
    this.#source = source;
    this.#target = target;
  }

  /** Addresses members of more rooms; a number names the same room as its digits. */
  to(rooms: Room | readonly Room[]): BroadcastOperator<Emit, S> {
    return this.#with({ rooms: new Set([...this.#target.rooms, ...toRooms(rooms)]) });
  }

  /** As `to`. */
  in(rooms: Room | readonly Room[]): BroadcastOperator<Emit, S> {
    return this.to(rooms);
  }

  /** Leaves out the members of rooms. */
  except(rooms: Room | readonly Room[]): BroadcastOperator<Emit, S> {
    return this.#with({ except: new Set([...this.#target.except, ...toRooms(rooms)]) });
  }

  /** Drops the broadcast for clients that it cannot reach at once. */
  get volatile(): BroadcastOperator<Emit, S> {
    return this.#flag({ volatile: true });
  }

  /** Only to clients of this process. */
  get local(): BroadcastOperator<Emit, S> {
    return this.#flag({ local: true });
  }

  /** Whether transports may compress the broadcast. */
  compress(compress: boolean): BroadcastOperator<Emit, S> {
    return this.#flag({ compress });
  }

  /** Waits `timeoutMs` milliseconds for the answers. */
  timeout(timeoutMs: number): BroadcastOperator<Emit, S> {
    return this.#flag({ timeout: timeoutMs });
  }

  /**
   * Sends an event to everybody addressed.
   * @param args what listeners get; a function at the end gets `(error, answers)` and needs `timeout()` before.
   * @returns true.
   * @throws TypeError when the name belongs to the library, or an ack has no timeout.
   */
  emit<E extends EventNames<Emit>>(event: E, ...args: EventParams<WithAnswers<Emit>, E>): boolean {
    this.#send(event, args);
    return true;
  }

  /** Sends the event `message`. */
  send(...args: unknown[]): this {
    this.#send("message", args);
    return this;
  }

  /** Sends the event `message`. */
  write(...args: unknown[]): this {
    return this.send(...args);
  }

  /**
   * Sends an event and gathers the answers.
   * @throws BroadcastTimeoutError when not everybody answered in time; it holds the answers that came.
   */
  emitWithAck<E extends EventNames<Emit>>(
    event: E,
    ...args: WithoutAck<EventParams<Emit, E>>
  ): Promise<AnswerOf<EventParams<Emit, E>>[]> {
    return new Promise((resolve, reject) => {
      const settle = (error: Error | null, answers: AnswerOf<EventParams<Emit, E>>[]) =>
        error === null ? resolve(answers) : reject(error);
      this.#send(event, [...args, settle]);
    });
  }

  /** The sockets addressed. */
  fetchSockets(): Promise<S[]> {
    return this.#source.adapter.fetchSockets(this.#target);
  }

  /** Has the sockets addressed join rooms. */
  socketsJoin(rooms: Room | readonly Room[]): void {
    this.#source.adapter.addSockets(this.#target, toRooms(rooms));
  }

  /** Has the sockets addressed leave rooms. */
  socketsLeave(rooms: Room | readonly Room[]): void {
    this.#source.adapter.delSockets(this.#target, toRooms(rooms));
  }

  /** Sends the clients addressed away. @param close whether their whole connection is to end. */
  disconnectSockets(close = false): void {
    this.#source.adapter.disconnectSockets(this.#target, close);
  }

  #with(change: Partial<BroadcastTarget>): BroadcastOperator<Emit, S> {
    return new BroadcastOperator(this.#source, { ...this.#target, ...change });
  }

  #flag(change: BroadcastFlags): BroadcastOperator<Emit, S> {
    return this.#with({ flags: { ...this.#target.flags, ...change } });
  }

  #send(event: string | symbol, given: readonly unknown[]): void {
    refuseReservedEvent(event);
    const { args, ack } = takeAck(given);
    const packet: SocketPacket = { type: PacketType.EVENT, nsp: this.#source.name, data: [event, ...args] };
    if (ack === undefined) this.#source.adapter.broadcast(packet, this.#target);
    else this.#ask(packet, (...settled) => invoke(ack, settled));
  }

  #ask(packet: SocketPacket, settle: (error: Error | null, answers: readonly unknown[]) => void): void {
    const { timeout } = this.#target.flags;
    if (timeout === undefined) {
      throw new TypeError("Cannot broadcast with an ack: there is no time limit; call timeout(ms) before emit");
    }
    const { adapter, clock } = this.#source;
    const id = this.#source.nextAckId();
    const answers: unknown[] = [];
    let expected = 0;
    let cancel: Cancel | undefined;
    const settleOnceComplete = () => {
      if (cancel === undefined || answers.length < expected) return;
      cancel();
      settle(null, answers);
    };
    adapter.broadcastWithAck(
      { ...packet, id },
      this.#target,
      (count) => {
        expected += count;
      },
      (args) => {
        answers.push(args[0]);
        settleOnceComplete();
      },
    );
    cancel = clock.after(timeout, () => {
      this.#source.forgetReplies(id);
      settle(new BroadcastTimeoutError(answers), answers);
    });
    settleOnceComplete();
  }
}
