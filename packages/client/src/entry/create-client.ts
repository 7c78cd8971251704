// A whole client over one platform: the class of its managers, and `io` with its properties, as programs expect them.
// Place: part of the composition roots.
// Rules: the same properties in every build: `connect`, `io`, `Manager`, `Socket`, `protocol`, `managers`; each client has
//        managers of its own, so that two of them in one process never share a connection.

import type { DefaultEventsMap, EventsMap } from "@bowline/protocol/internal";
import { type Connect, createIo } from "../io.ts";
import { Manager as CoreManager } from "../manager.ts";
import type { ClientOptions } from "../options.ts";
import type { Platform } from "../platform.ts";
import { Socket } from "../socket.ts";

/** The class of managers. */
export interface ManagerClass {
  /**
   * Makes a manager, which connects at once unless `autoConnect` is false.
   * @param uri URL of the server; options may stand in its place.
   * @throws Error when the URL names no server.
   */
  new (uri?: string | ClientOptions, options?: ClientOptions): CoreManager;
  readonly prototype: CoreManager;
}

/** `io()` and what hangs on it. */
export interface Io {
  /**
   * Connects to a server and gives the socket for a namespace of it.
   *
   * Sockets of the same server share a connection unless `forceNew` is set.
   * @param url URL of the server; its path is the namespace. Options may stand in its place.
   * @returns the socket; it connects at once unless `autoConnect` is false.
   * @throws Error when the URL names no server.
   */
  <ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>(
    url?: string | ClientOptions,
    options?: ClientOptions,
  ): Socket<ListenEvents, EmitEvents>;
  readonly connect: Io;
  readonly io: Io;
  readonly Manager: ManagerClass;
  readonly Socket: typeof Socket;
  readonly protocol: number;
  /** The managers that calls share, by scheme, host and port, and by the path where it is not the usual one. */
  readonly managers: Record<string, CoreManager>;
}

/** What suits the programs of one generation. */
export interface Generation {
  /** The revision of the Socket.IO protocol that they call theirs; others are spoken as well. */
  readonly protocol: number;
  /** The class of its managers, which decide about that of the sockets. */
  readonly Manager: typeof CoreManager;
  readonly Socket: typeof Socket;
  /** The options of a program, with those that it does not know of. */
  complete(options: ClientOptions | undefined): ClientOptions | undefined;
}

/** Programs of 3.x and 4.x, whose options are their own object: what they change in it later counts. */
export const MODERN: Generation = {
  protocol: 5,
  Manager: CoreManager,
  Socket,
  complete: (options) => options,
};

/** Where a socket without an event map gets the one that the program declares; nothing checks it at run time. */
function withEvents(io: Connect): Io;
function withEvents(io: Connect): unknown {
  return io;
}

/** A class that makes its objects without `new` as well; it stays one class for `instanceof` and for those that extend it. */
function callable(Manager: ManagerClass): ManagerClass {
  const called = new Proxy(Manager, {
    apply: (target, _self, [uri, options]: ConstructorParameters<ManagerClass>) => new target(uri, options),
  });
  // What is made by either way names the one class that programs know.
  Reflect.set(Manager.prototype, "constructor", called);
  return called;
}

/** Makes a client. */
export function createClient(
  platform: Platform,
  { protocol, Manager: Base, Socket, complete }: Generation,
): { readonly Manager: ManagerClass; readonly io: Io } {
  class OwnManager extends Base {
    constructor(uri?: string | ClientOptions, options?: ClientOptions) {
      super(platform, typeof uri === "object" ? complete(uri) : uri, complete(options));
    }
  }

  const Manager = callable(OwnManager);
  const managers: Record<string, CoreManager> = {};
  const createManager = (uri: string, options: ClientOptions): CoreManager => new OwnManager(uri, options);
  const io = withEvents(createIo({ page: platform.page, createManager, managers }));
  return { Manager, io: Object.assign(io, { connect: io, io, Manager, Socket, protocol, managers }) };
}
