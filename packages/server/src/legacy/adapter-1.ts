// Adapters of the contract of 1.x, which socket.io-redis 5 and its kind are written for, behind the face of later ones.
// Place: namespace -> **adapter of 1.x** -> sockets of this process, and a broker
// Rules: rooms are kept here as well, so that they are known at once; the elder adapter is told of them and carries the
//        broadcasts; it finds sockets by `nsp.connected` and hands frames to `socket.packet`; what only it can do is
//        reached through the face.
// Source: docs/protocol/socket-4.md, "Programs of 2.x"

import {
  Adapter,
  type AdapterContract,
  type AdapterNamespace,
  type BroadcastOptions,
  type BroadcastPacket,
  type Room,
  type SocketId,
} from "@bowline/adapter";
import { createRecord, markBinary } from "@bowline/protocol/internal";
import { createObjectView } from "./object-view.ts";

/** Called with an error or null, and what was asked for. */
type Callback<Value = unknown> = (error: unknown, value: Value) => void;

/** An adapter of 1.x. */
interface ElderAdapter {
  nsp: unknown;
  addAll(id: SocketId, rooms: readonly Room[], callback: Callback): void;
  del(id: SocketId, room: Room, callback: Callback): void;
  delAll(id: SocketId, callback: Callback): void;
  broadcast(packet: unknown, options: { rooms: readonly Room[]; except: readonly Room[]; flags: object }): void;
  clients(rooms: readonly Room[], callback: Callback<readonly SocketId[] | undefined>): void;
  /** What those for several servers have. */
  remoteJoin?(id: SocketId, room: Room, callback: Callback): void;
  remoteLeave?(id: SocketId, room: Room, callback: Callback): void;
  remoteDisconnect?(id: SocketId, close: boolean, callback: Callback): void;
}

/** Whether something is an adapter of 1.x: it lists clients, and does not know what later ones do. */
function isElder(made: unknown): made is ElderAdapter {
  if (typeof made !== "object" || made === null) return false;
  return typeof Reflect.get(made, "clients") === "function" && typeof Reflect.get(made, "socketRooms") !== "function";
}

/** The face of an adapter of 1.x. */
class ElderAdapterFace extends Adapter {
  readonly #elder: ElderAdapter;

  constructor(nsp: AdapterNamespace, elder: ElderAdapter) {
    super(nsp);
    this.#elder = elder;
  }

  override addAll(id: SocketId, rooms: ReadonlySet<Room>): Promise<void> {
    void super.addAll(id, rooms);
    return settled((callback) => this.#elder.addAll(id, [...rooms], callback));
  }

  override del(id: SocketId, room: Room): Promise<void> {
    void super.del(id, room);
    return settled((callback) => this.#elder.del(id, room, callback));
  }

  override delAll(id: SocketId): void {
    super.delAll(id);
    this.#elder.delAll(id, (error) => this.#warnOf(error));
  }

  override broadcast(packet: BroadcastPacket, { rooms, except, flags }: BroadcastOptions): void {
    // By the type those of other servers learn of bytes.
    const marked = markBinary({ ...packet, nsp: this.nsp.name });
    this.#elder.broadcast(marked, { rooms: [...rooms], except: [...(except ?? [])], flags: flags ?? {} });
  }

  override async sockets(rooms: ReadonlySet<Room>): Promise<Set<SocketId>> {
    const ids = await asked<readonly SocketId[] | undefined>((callback) => this.#elder.clients([...rooms], callback));
    return new Set(ids);
  }

  override addSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    super.addSockets(options, rooms);
    for (const room of rooms) {
      this.#tellOthers(options, (id, callback) => this.#elder.remoteJoin?.(id, room, callback));
    }
  }

  override delSockets(options: BroadcastOptions, rooms: readonly Room[]): void {
    super.delSockets(options, rooms);
    for (const room of rooms) {
      this.#tellOthers(options, (id, callback) => this.#elder.remoteLeave?.(id, room, callback));
    }
  }

  override disconnectSockets(options: BroadcastOptions, close: boolean): void {
    this.#tellOthers(options, (id, callback) => this.#elder.remoteDisconnect?.(id, close, callback));
    super.disconnectSockets(options, close);
  }

  /** Does something for the sockets of other servers, one by one. */
  #tellOthers({ rooms, except, flags }: BroadcastOptions, tell: (id: SocketId, callback: Callback) => void): void {
    if (this.#elder.remoteJoin === undefined || flags?.local === true) return;
    const own = new Set(this.nsp.sockets.keys());
    const find = async (): Promise<void> => {
      const left = except === undefined || except.size === 0 ? new Set<SocketId>() : await this.sockets(except);
      for (const id of await this.sockets(rooms)) {
        if (!own.has(id) && !left.has(id)) tell(id, (error) => this.#warnOf(error));
      }
    };
    find().catch((error) => this.#warnOf(error));
  }

  #warnOf(error: unknown): void {
    if (error === undefined || error === null) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.nsp.surroundings.warn("BOWLINE_CLUSTER", `Cannot tell the other servers of "${this.nsp.name}": ${reason}`);
  }
}

/** What a function with a callback gives. */
function asked<Value>(ask: (callback: Callback<Value>) => void): Promise<Value> {
  return new Promise((resolve, reject) => {
    ask((error, value) => (error === undefined || error === null ? resolve(value) : reject(error)));
  });
}

/** Waits for a function with a callback, and for nothing that it gives. */
async function settled(ask: (callback: Callback) => void): Promise<void> {
  await asked(ask);
}

/** A namespace as elder adapters know it: its sockets are an object, and looked up late, since it is still being made. */
function elderNamespace(namespace: AdapterNamespace): object {
  const { name, server } = namespace;
  const connected = createObjectView(createRecord(), {
    keys: () => namespace.sockets.keys(),
    has: (key) => namespace.sockets.has(key),
    value: (key) => namespace.sockets.get(key),
  });
  return { name, server, connected, sockets: connected };
}

/**
 * Takes what a program's class or function has made for a namespace.
 * @returns it, or the face of an adapter of 1.x: with the members of later ones, and behind them its own.
 */
export function admitAdapter(made: AdapterContract, namespace: AdapterNamespace): AdapterContract {
  const elder: unknown = made;
  if (!isElder(elder)) return made;
  elder.nsp = elderNamespace(namespace);
  const face = new ElderAdapterFace(namespace, elder);
  return new Proxy(face, {
    get: (_, key) => {
      const owner = Reflect.has(face, key) ? face : elder;
      const member: unknown = Reflect.get(owner, key, owner);
      if (typeof member !== "function" || key === "constructor") return member;
      const bound: unknown = member.bind(owner);
      return bound;
    },
    set: (_, key, value) => {
      const owner = Reflect.has(face, key) ? face : elder;
      return Reflect.set(owner, key, value, owner);
    },
    has: (_, key) => Reflect.has(face, key) || Reflect.has(elder, key),
  });
}
