// The clients of the suite: official 2.5 and 4.8, and ours, behind one vocabulary.
// Place: cases -> peer -> **client packages** -> TCP on loopback
// Rules: every difference between the generations' client APIs is translated here and nowhere else.

import { importOwn, memberOf, requireOfficial } from "./load-package.ts";
import type { ClientConnect, ClientName, ClientPeer, ClientSocket, Generation, TransportMode } from "./peer.ts";
import {
  type Factory,
  isConstructor,
  isFactory,
  isObject,
  isRawClientSocket,
  isRawManager,
  type RawClientSocket,
  type RawEngine,
} from "./raw-surface.ts";
import { waitFor } from "./wait-for.ts";

const TRANSPORTS: Readonly<Record<TransportMode, readonly string[]>> = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

const RECONNECTION_DELAY_MS = 20;
const RECONNECTION_DELAY_MAX_MS = 40;

/**
 * Gives a kind of client.
 *
 * @param name - Which one.
 * @returns The peer.
 * @throws Error when its package cannot be loaded.
 */
export async function clientPeer(name: ClientName): Promise<ClientPeer> {
  switch (name) {
    case "client 2.5":
      return legacyClient(name);
    case "client 4.8":
      return modernClient(name, requireOfficial("socket.io-client-v4"), {});
    case "our client":
      return modernClient(name, await importOwn("@bowline/client"), {});
    case "our client held to protocol 3":
      return modernClient(name, await importOwn("@bowline/client"), { protocol: 3 });
    case "our client held to protocol 4":
      return modernClient(name, await importOwn("@bowline/client"), { protocol: 4 });
    default:
      return name satisfies never;
  }
}

function legacyClient(name: ClientName): ClientPeer {
  const loaded = requireOfficial("socket.io-client-v2");
  const Manager = memberOf(loaded, "Manager");
  if (!isFactory(loaded) || !isConstructor(Manager)) {
    throw new Error(`Cannot use "${name}": the package is not what it was`);
  }
  return {
    name,
    generation: 2,
    connect(url, options) {
      const namespace = options.namespace ?? "/";
      if (options.auth === undefined) {
        return clientSocket(loaded(address(url, namespace), connectOptions(options)), 2);
      }
      // Credentials for one namespace alone can only be given to a socket that a manager makes.
      const manager = new Manager(url, connectOptions(options));
      if (!isRawManager(manager)) {
        throw new Error(`Cannot connect to "${url}": the package made no manager`);
      }
      return clientSocket(manager.socket(namespace, { query: { ...options.query, ...options.auth } }), 2);
    },
  };
}

function modernClient(name: ClientName, loaded: unknown, defaults: object): ClientPeer {
  const io = memberOf(loaded, "io");
  if (!isFactory(io)) {
    throw new Error(`Cannot use "${name}": io is not a function`);
  }
  return { name, generation: 4, connect: (url, options) => connectModern(io, url, options, defaults) };
}

function connectModern(io: Factory, url: string, options: ClientConnect, defaults: object): ClientSocket {
  return clientSocket(
    io(address(url, options.namespace ?? "/"), {
      ...connectOptions(options),
      ...defaults,
      ...(options.auth === undefined ? {} : { auth: options.auth }),
    }),
    4,
  );
}

function address(url: string, namespace: string): string {
  return namespace === "/" ? url : `${url}${namespace}`;
}

function connectOptions(options: ClientConnect): object {
  return {
    transports: [...TRANSPORTS[options.mode]],
    forceNew: options.shared !== true,
    reconnection: options.reconnection === true,
    reconnectionDelay: RECONNECTION_DELAY_MS,
    reconnectionDelayMax: RECONNECTION_DELAY_MAX_MS,
    ...(options.query === undefined ? {} : { query: options.query }),
    ...(options.extraHeaders === undefined ? {} : { extraHeaders: options.extraHeaders }),
  };
}

function clientSocket(raw: unknown, generation: Generation): ClientSocket {
  if (!isRawClientSocket(raw)) {
    throw new TypeError("Cannot use a client's socket: it lacks the methods that every generation has");
  }
  const engine = (): RawEngine => {
    const current: RawEngine | undefined = raw.io.engine;
    if (current === undefined) {
      throw new Error("Cannot look at the client's engine: the connection was not opened yet");
    }
    return current;
  };
  return {
    get id() {
      return raw.id;
    },
    get connected() {
      return raw.connected;
    },
    get disconnected() {
      return raw.disconnected;
    },
    get active() {
      return raw.active;
    },
    get transport() {
      return engine().transport.name;
    },
    get engineState() {
      return engine().readyState;
    },
    manager: raw.io,
    on(event, listener) {
      raw.on(event, listener);
    },
    onRefused: (listener) => listenForRefusal(raw, generation, (payload) => listener({ payload })),
    emit(event, ...args) {
      raw.emit(event, ...args);
    },
    send(...args) {
      raw.send(...args);
    },
    connect() {
      raw.connect();
    },
    disconnect() {
      raw.disconnect();
    },
    async upgraded() {
      if (engine().transport.name !== "websocket") {
        await waitFor(engine(), "upgrade", undefined, "the client's engine");
      }
    },
    async engineClosed() {
      if (engine().readyState !== "closed") {
        await waitFor(engine(), "close", undefined, "the client's engine");
      }
    },
    dispose() {
      raw.io.reconnection(false);
      raw.disconnect();
      closeManager(raw);
    },
  };
}

/**
 * A 2.x client hears of a refusal by "error", whose argument is the data or the message; "error" is also its word for
 * trouble of the engine, but then the argument is an Error. From 3.x on it is "connect_error" with an Error, and what
 * tells a refusal from trouble of the engine is that the socket is no longer active.
 */
function listenForRefusal(raw: RawClientSocket, generation: Generation, refused: (payload: unknown) => void): void {
  if (generation === 2) {
    raw.on("error", (payload) => {
      if (!(payload instanceof Error)) {
        refused(payload);
      }
    });
    return;
  }
  raw.on("connect_error", (error) => {
    if (raw.active === false && error instanceof Error) {
      const data: unknown = "data" in error ? error.data : undefined;
      refused(data ?? error.message);
    }
  });
}

/** The manager's close() is public in 2.x and carries an underscore later. */
function closeManager(raw: RawClientSocket): void {
  const manager: unknown = raw.io;
  if (!isObject(manager)) {
    return;
  }
  const close = manager["_close"] ?? manager["close"];
  if (typeof close === "function") {
    close.call(manager);
  }
}
