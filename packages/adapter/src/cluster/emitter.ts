// Sends to the clients of a cluster from a process that has none itself, as a worker or a script.
// Place: the user's code -> **emitter** -> wire -> bus -> the nodes of the cluster
// Rules: immutable, every step is a new emitter, so that one may be kept and used again; it hears nothing, so it asks nothing;
//        what cannot be sent rejects the promise that a call gives, and nothing else.

import { PacketType } from "@bowline/protocol";
import type { BroadcastFlags, Room } from "../contract.ts";
import type { Bus } from "./bus.ts";
import { type ClusterMessage, type MessageBody, MessageType, type WireOptions } from "./message.ts";
import { createNativeWire } from "./native-wire.ts";
import { sealBus } from "./sealed-bus.ts";
import type { ClusterWire } from "./wire.ts";

/** What an emitter sends through. A cluster is welcome as it is. */
export interface EmitterOptions {
  /** The broker. */
  readonly bus: Bus;
  /** As that of the cluster. @default our own wire */
  readonly wire?: ClusterWire;
  /** As that of the cluster. @default "bowline" */
  readonly prefix?: string;
  /** As that of the cluster. @default nothing is signed */
  readonly secret?: string | Uint8Array;
}

/** All nodes listen to whoever is none of them. */
const SENDER = "emitter";

interface Target {
  readonly namespace: string;
  readonly rooms: ReadonlySet<Room>;
  readonly except: ReadonlySet<Room>;
  readonly flags: BroadcastFlags;
}

type Send = (message: ClusterMessage) => Promise<void>;

function namesOf(rooms: Room | readonly Room[]): readonly Room[] {
  return typeof rooms === "object" ? rooms.map(String) : [String(rooms)];
}

/**
 * Sends to clients of a cluster, without being a server.
 *
 * What sends gives a promise that settles when the broker has it; a process that ends waits for that. One that is not waited
 * for never ends the process by failing.
 * @example
 * import { createMemoryBroker } from "@bowline/adapter/cluster";
 *
 * const broker = createMemoryBroker({ clock: { now: () => 0, after: () => () => {} } });
 * const emitter = createEmitter({ bus: broker.bus() });
 * await emitter.of("/desk").to("readers").except("guests").emit("news", "the doors are open");
 */
export class Emitter {
  readonly #send: Send;
  readonly #target: Target;

  /** Made by `createEmitter`. @internal */
  constructor(send: Send, target: Target) {
    this.#send = send;
    this.#target = target;
  }

  /** Addresses a namespace. @param namespace with or without the slash in front. */
  of(namespace: string): Emitter {
    return this.#with({ namespace: namespace.startsWith("/") ? namespace : `/${namespace}` });
  }

  /** Addresses the members of more rooms. @param rooms one room, or many. */
  to(rooms: Room | readonly Room[]): Emitter {
    return this.#with({ rooms: new Set([...this.#target.rooms, ...namesOf(rooms)]) });
  }

  /** As `to`. */
  in(rooms: Room | readonly Room[]): Emitter {
    return this.to(rooms);
  }

  /** Leaves out the members of rooms. @param rooms one room, or many. */
  except(rooms: Room | readonly Room[]): Emitter {
    return this.#with({ except: new Set([...this.#target.except, ...namesOf(rooms)]) });
  }

  /** Drops the event for clients that it cannot reach at once. */
  get volatile(): Emitter {
    return this.#flag({ volatile: true });
  }

  /** Tells whether transports may compress the event. */
  compress(compress: boolean): Emitter {
    return this.#flag({ compress });
  }

  /**
   * Sends an event to everybody addressed.
   * @param event any name but those of the library.
   * @param args what listeners get; bytes stay bytes.
   * @returns settles when the broker has it.
   * @throws TypeError (as a rejection) when a function is at the end: nobody could answer it.
   */
  emit(event: string, ...args: readonly unknown[]): Promise<void> {
    return this.#tell(() => {
      if (typeof args.at(-1) === "function") {
        throw new TypeError(`Cannot emit "${event}" with an ack: an emitter hears no answers; leave the function out`);
      }
      const { namespace: nsp } = this.#target;
      const packet = { type: PacketType.EVENT, nsp, data: [event, ...args] };
      return { type: MessageType.BROADCAST, data: { packet, opts: this.#options() } };
    });
  }

  /** Has the sockets addressed join rooms. @returns settles when the broker has it. */
  socketsJoin(rooms: Room | readonly Room[]): Promise<void> {
    return this.#tell(() => ({
      type: MessageType.SOCKETS_JOIN,
      data: { opts: this.#options(), rooms: namesOf(rooms) },
    }));
  }

  /** Has the sockets addressed leave rooms. @returns settles when the broker has it. */
  socketsLeave(rooms: Room | readonly Room[]): Promise<void> {
    return this.#tell(() => ({
      type: MessageType.SOCKETS_LEAVE,
      data: { opts: this.#options(), rooms: namesOf(rooms) },
    }));
  }

  /**
   * Sends the clients addressed away.
   * @param close whether their whole connections are to end. @default false
   * @returns settles when the broker has it.
   */
  disconnectSockets(close = false): Promise<void> {
    return this.#tell(() => ({ type: MessageType.DISCONNECT_SOCKETS, data: { opts: this.#options(), close } }));
  }

  /**
   * Sends an event to the servers themselves, whose listeners of the namespace get it.
   * @returns settles when the broker has it.
   * @throws TypeError (as a rejection) when a function is at the end: nobody could answer it.
   */
  serverSideEmit(event: string, ...args: readonly unknown[]): Promise<void> {
    return this.#tell(() => {
      if (typeof args.at(-1) === "function") {
        throw new TypeError(`Cannot send "${event}" with an ack: an emitter hears no answers; leave the function out`);
      }
      return { type: MessageType.SERVER_SIDE_EMIT, data: { packet: [event, ...args] } };
    });
  }

  #options(): WireOptions {
    const { rooms, except, flags } = this.#target;
    return { rooms: [...rooms], except: [...except], flags };
  }

  #with(change: Partial<Target>): Emitter {
    return new Emitter(this.#send, { ...this.#target, ...change });
  }

  #flag(change: BroadcastFlags): Emitter {
    return this.#with({ flags: { ...this.#target.flags, ...change } });
  }

  #tell(createMessage: () => MessageBody): Promise<void> {
    const tell = async (): Promise<void> => {
      await this.#send({ ...createMessage(), uid: SENDER, nsp: this.#target.namespace });
    };
    const told = tell();
    // Who does not wait for it has decided that it may be lost.
    told.catch(() => undefined);
    return told;
  }
}

/**
 * Makes an emitter.
 * @param options a bus with what the cluster's nodes were made with, or a cluster itself.
 * @throws TypeError when the secret or the prefix cannot work.
 */
export function createEmitter({ bus, wire, prefix, secret }: EmitterOptions): Emitter {
  const used = wire ?? createNativeWire(prefix === undefined ? {} : { prefix });
  const sealed = secret === undefined ? bus : sealBus(bus, secret, () => undefined);
  const send: Send = async (message) => {
    await Promise.all(used.encode(message).map(({ topic, bytes }) => sealed.publish(topic, bytes)));
  };
  return new Emitter(send, { namespace: "/", rooms: new Set(), except: new Set(), flags: {} });
}
