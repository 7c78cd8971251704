// Sends to the clients of a cluster from a program that is no node of it, as @socket.io/redis-emitter does.
// Place: **emitter** -> wire -> client of Redis -> Redis -> the nodes
// Rules: its face is upstream's; each step gives a new emitter, so that one may be kept; what Redis refuses is told to whoever
//        waits for the promise, and ends no program.
// Source: docs/protocol/cluster.md, "Senders from outside"

import { type BroadcastFlags, type ClusterMessage, type MessageBody, MessageType } from "@bowline/adapter";
import type { ClusterWire } from "@bowline/adapter/cluster";
import { PacketType } from "@bowline/protocol";
import type { DefaultEventsMap, EventNames, EventParams, EventsMap } from "@bowline/protocol/internal";
import { EMITTER } from "../upstream-wire.ts";

/** Names of the events that keep a meaning of their own at the clients. */
const RESERVED: ReadonlySet<unknown> = new Set(["connect", "connect_error", "disconnect", "disconnecting"]);

/** The way to Redis. */
export interface EmitterOutlet {
  readonly wire: ClusterWire;
  publish(channel: string, bytes: Uint8Array): Promise<unknown>;
}

/** Whom something is for, and how it travels. */
interface Target {
  readonly namespace: string;
  readonly rooms: readonly string[];
  readonly except: readonly string[];
  readonly flags: BroadcastFlags;
}

const EVERYBODY: Omit<Target, "namespace"> = { rooms: [], except: [], flags: {} };

function withMore(known: readonly string[], more: string | readonly string[]): readonly string[] {
  const added = typeof more === "string" ? [more] : [more].flat();
  return [...new Set([...known, ...added.map(String)])];
}

function listOf(rooms: string | readonly string[]): readonly string[] {
  return withMore([], rooms);
}

/**
 * Addresses clients step by step, and sends to them.
 * @typeParam Emit events that clients get.
 * @typeParam ServerSide events that servers get.
 */
export class RemoteEmitter<Emit extends EventsMap = DefaultEventsMap, ServerSide extends EventsMap = DefaultEventsMap> {
  readonly #outlet: EmitterOutlet;
  readonly #target: Target;

  /** @internal */
  constructor(outlet: EmitterOutlet, namespace: string, target: Omit<Target, "namespace"> = EVERYBODY) {
    this.#outlet = outlet;
    this.#target = { namespace, rooms: target.rooms, except: target.except, flags: target.flags };
  }

  /**
   * Addresses the members of rooms; without any room it is everybody.
   * @param rooms one room, or many.
   */
  to(rooms: string | readonly string[]): RemoteEmitter<Emit, ServerSide> {
    return this.#with({ rooms: withMore(this.#target.rooms, rooms) });
  }

  /** As `to`. */
  in(rooms: string | readonly string[]): RemoteEmitter<Emit, ServerSide> {
    return this.to(rooms);
  }

  /** Leaves out the members of rooms. */
  except(rooms: string | readonly string[]): RemoteEmitter<Emit, ServerSide> {
    return this.#with({ except: withMore(this.#target.except, rooms) });
  }

  /** What is sent is dropped for clients whose transport is busy. */
  get volatile(): RemoteEmitter<Emit, ServerSide> {
    return this.#with({ flags: { ...this.#target.flags, volatile: true } });
  }

  /** Whether transports may compress what is sent. */
  compress(compress: boolean): RemoteEmitter<Emit, ServerSide> {
    return this.#with({ flags: { ...this.#target.flags, compress } });
  }

  /**
   * Addresses another namespace, and everybody in it.
   * @param namespace with or without a slash in front.
   */
  of(namespace: string): RemoteEmitter<Emit, ServerSide> {
    const name = namespace.startsWith("/") ? namespace : `/${namespace}`;
    return new RemoteEmitter(this.#outlet, name);
  }

  /**
   * Sends an event to the clients.
   * @returns always true, as upstream; what the client of Redis refuses is lost.
   * @throws TypeError for a reserved name.
   * @throws whatever data throws that cannot be written.
   */
  emit<Name extends EventNames<Emit>>(event: Name, ...args: EventParams<Emit, Name>): true {
    if (RESERVED.has(event)) throw new TypeError(`Cannot emit "${String(event)}": the name is reserved`);
    const packet = { type: PacketType.EVENT, data: [event, ...args], nsp: this.#target.namespace };
    const { rooms, except, flags } = this.#target;
    this.#send({ type: MessageType.BROADCAST, data: { packet, opts: { rooms, except, flags } } });
    return true;
  }

  /** Has the clients join rooms. */
  socketsJoin(rooms: string | readonly string[]): void {
    this.#send({ type: MessageType.SOCKETS_JOIN, data: { opts: this.#options(), rooms: listOf(rooms) } });
  }

  /** Has the clients leave rooms. */
  socketsLeave(rooms: string | readonly string[]): void {
    this.#send({ type: MessageType.SOCKETS_LEAVE, data: { opts: this.#options(), rooms: listOf(rooms) } });
  }

  /** Sends the clients away. @param close whether their whole connections are to end. */
  disconnectSockets(close = false): void {
    this.#send({ type: MessageType.DISCONNECT_SOCKETS, data: { opts: this.#options(), close } });
  }

  /**
   * Sends an event to the servers.
   * @throws TypeError where a function is given: servers answer to servers only.
   */
  serverSideEmit<Name extends EventNames<ServerSide>>(event: Name, ...args: EventParams<ServerSide, Name>): void {
    if (typeof args.at(-1) === "function") {
      throw new TypeError(
        `Cannot ask for answers to "${String(event)}": an emitter hears nothing; ask from a server instead`,
      );
    }
    this.#send({ type: MessageType.SERVER_SIDE_EMIT, data: { packet: [event, ...args] } });
  }

  #options(): { rooms: readonly string[]; except: readonly string[]; flags: BroadcastFlags } {
    const { rooms, except } = this.#target;
    return { rooms, except, flags: {} };
  }

  #with(change: Partial<Target>): RemoteEmitter<Emit, ServerSide> {
    return new RemoteEmitter(this.#outlet, this.#target.namespace, { ...this.#target, ...change });
  }

  #send(body: MessageBody): void {
    const { wire, publish } = this.#outlet;
    const message: ClusterMessage = { ...body, uid: EMITTER, nsp: this.#target.namespace };
    // Who sends from outside has no one to tell: the client of Redis reports what it meets as its event `error`.
    for (const { topic, bytes } of wire.encode(message)) publish(topic, bytes).catch(() => undefined);
  }
}
