// The adapter of the contract of 1.x, for adapters of that time that extend it: rooms are objects, methods call back.
// Place: beside namespace -> adapter; published for those who extend it, while our own servers use `Adapter`
// Rules: it may be called on an object of a class that inherits in the old way; callbacks come in a later turn; names and
//        shapes are upstream's.

import type { PacketEncoder, SocketPacket } from "@bowline/protocol";
import { Emitter, type OpenEmitter } from "@bowline/protocol/emitter";
import { createRecord } from "@bowline/protocol/internal";
import type { Room, SocketId } from "./contract.ts";

/** Called with null, and with what was asked for. */
type Callback<Value> = (error: null, value?: Value) => void;

/** The members of a room. */
export interface ElderRoom {
  sockets: Record<SocketId, true>;
  length: number;
}

/** A namespace as adapters of 1.x know it. */
export interface ElderNamespace {
  readonly name: string;
  readonly server: { readonly encoder: PacketEncoder };
  /** The connected sockets by their ids. */
  readonly connected: Readonly<Record<SocketId, { packet(frames: unknown, options: object): void } | undefined>>;
}

/** Whom a broadcast is for, as lists. */
export interface ElderBroadcastOptions {
  readonly rooms?: readonly Room[];
  readonly except?: readonly SocketId[];
  readonly flags?: { readonly volatile?: boolean; readonly compress?: boolean };
}

/** An adapter of 1.x. */
export interface ElderAdapter extends OpenEmitter {
  nsp: ElderNamespace;
  rooms: Record<Room, ElderRoom>;
  sids: Record<SocketId, Record<Room, true>>;
  encoder: PacketEncoder;
  add(id: SocketId, room: Room, callback?: Callback<undefined>): void;
  addAll(id: SocketId, rooms: readonly Room[], callback?: Callback<undefined>): void;
  del(id: SocketId, room: Room, callback?: Callback<undefined>): void;
  delAll(id: SocketId, callback?: Callback<undefined>): void;
  broadcast(packet: SocketPacket, options: ElderBroadcastOptions): void;
  clients(callback: Callback<SocketId[]>): void;
  clients(rooms: readonly Room[], callback?: Callback<SocketId[]>): void;
  clientRooms(id: SocketId, callback?: Callback<Room[] | null>): void;
}

/** The class of adapters of 1.x. */
export interface ElderAdapterClass {
  new (nsp: ElderNamespace): ElderAdapter;
  readonly prototype: ElderAdapter;
}

/** Calls back when the turn is over. */
function later<Value>(callback: Callback<Value> | undefined, ...value: readonly [] | readonly [Value]): void {
  if (callback !== undefined) void Promise.resolve().then(() => callback(null, ...value));
}

function Adapter1(this: ElderAdapter, nsp: ElderNamespace): void {
  this.nsp = nsp;
  this.rooms = createRecord();
  this.sids = createRecord();
  this.encoder = nsp.server.encoder;
}

function leave({ rooms }: ElderAdapter, id: SocketId, room: Room): void {
  const members = rooms[room];
  if (members === undefined || !Object.hasOwn(members.sockets, id)) return;
  delete members.sockets[id];
  members.length--;
  if (members.length === 0) delete rooms[room];
}

/** The connected sockets that are addressed, each once. */
function addressed(adapter: ElderAdapter, rooms: readonly Room[], except: readonly SocketId[]): SocketId[] {
  const ids =
    rooms.length === 0
      ? Object.keys(adapter.sids)
      : rooms.flatMap((room) => Object.keys(adapter.rooms[room]?.sockets ?? {}));
  return [...new Set(ids)].filter((id) => !except.includes(id) && adapter.nsp.connected[id] !== undefined);
}

const METHODS: ThisType<ElderAdapter> & Omit<ElderAdapter, "nsp" | "rooms" | "sids" | "encoder" | keyof OpenEmitter> = {
  add(id, room, callback) {
    this.addAll(id, [room], callback);
  },
  addAll(id, rooms, callback) {
    this.sids[id] ??= createRecord();
    const own = this.sids[id];
    for (const room of rooms) {
      own[room] = true;
      this.rooms[room] ??= { sockets: createRecord(), length: 0 };
      const members = this.rooms[room];
      if (!Object.hasOwn(members.sockets, id)) members.length++;
      members.sockets[id] = true;
    }
    later(callback);
  },
  del(id, room, callback) {
    delete this.sids[id]?.[room];
    leave(this, id, room);
    later(callback);
  },
  delAll(id, callback) {
    for (const room of Object.keys(this.sids[id] ?? {})) leave(this, id, room);
    delete this.sids[id];
    later(callback);
  },
  broadcast(packet, { rooms = [], except = [], flags = {} }) {
    const options = { preEncoded: true, volatile: flags.volatile, compress: flags.compress };
    const send = (frames: unknown): void => {
      for (const id of addressed(this, rooms, except)) this.nsp.connected[id]?.packet(frames, options);
    };
    this.encoder.encode({ ...packet, nsp: this.nsp.name }, send);
  },
  clients(rooms: readonly Room[] | Callback<SocketId[]>, given?: Callback<SocketId[]>) {
    const [names, callback] = typeof rooms === "function" ? [[], rooms] : [rooms, given];
    later(callback, addressed(this, names, []));
  },
  clientRooms(id, callback) {
    const own = this.sids[id];
    later(callback, own === undefined ? null : Object.keys(own));
  },
};

Object.setPrototypeOf(Adapter1.prototype, Emitter.prototype);
Object.assign(Adapter1.prototype, METHODS);

/** A function that can be called on objects of other classes is no class to the compiler. */
function asAdapterClass(made: unknown): ElderAdapterClass;
function asAdapterClass(made: unknown): unknown {
  return made;
}

/**
 * Keeps rooms in memory by the contract of 1.x. Extend it where an adapter of that time is to stay as it is; others extend
 * `Adapter`.
 */
export const ElderAdapter: ElderAdapterClass = asAdapterClass(Adapter1);
