// The clients of the suite: official ones from 2.0 to 4.8, and ours, behind one vocabulary.
// Place: cases -> peer -> **client packages** -> TCP on loopback
// Rules: every difference between the generations' client APIs is translated here and nowhere else.

import { importOwn, memberOf, requireOfficial } from "./load-package.ts";
import { loadParser, type ParserName } from "./parsers.ts";
import type { ClientConnect, ClientName, ClientPeer, ClientSocket, Generation, TransportMode } from "./peer.ts";
import {
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

/** Where a heartbeat shows. */
interface Heartbeat {
  readonly of: "manager" | "engine";
  readonly event: string;
}

const AT_MANAGER: Heartbeat = { of: "manager", event: "ping" };
/** Managers of 3.x and early 4.x keep silent about heartbeats. */
const AT_ENGINE: Heartbeat = { of: "engine", event: "heartbeat" };

const RECONNECTION_DELAY_MS = 20;
const RECONNECTION_DELAY_MAX_MS = 40;

/**
 * Gives a kind of client.
 *
 * @param name - Which one.
 * @param parserName - What it reads and writes packets by.
 * @returns The peer.
 * @throws Error when its package cannot be loaded.
 */
export async function clientPeer(name: ClientName, parserName: ParserName = "text"): Promise<ClientPeer> {
  const parser = await loadParser(parserName);
  const defaults = parser === undefined ? {} : { parser };
  switch (name) {
    case "client 2.0":
      return legacyClient(name, requireOfficial("socket.io-client-v2.0"), defaults);
    case "client 2.4":
      return legacyClient(name, requireOfficial("socket.io-client-v2.4"), defaults);
    case "client 2.5":
      return legacyClient(name, requireOfficial("socket.io-client-v2"), defaults);
    case "client 3.1":
      return modernClient(name, requireOfficial("socket.io-client-v3.1"), defaults, AT_ENGINE);
    case "client 4.0":
      return modernClient(name, requireOfficial("socket.io-client-v4.0"), defaults, AT_ENGINE);
    case "client 4.8":
      return modernClient(name, requireOfficial("socket.io-client-v4"), defaults);
    case "our client":
      return modernClient(name, await importOwn("@bowline/client"), defaults);
    case "our client held to protocol 3":
      return modernClient(name, await importOwn("@bowline/client"), { ...defaults, protocol: 3 });
    case "our client held to protocol 4":
      return modernClient(name, await importOwn("@bowline/client"), { ...defaults, protocol: 4 });
    default:
      return name satisfies never;
  }
}

function legacyClient(name: ClientName, loaded: unknown, defaults: object): ClientPeer {
  const Manager = memberOf(loaded, "Manager");
  if (!isFactory(loaded) || !isConstructor(Manager)) {
    throw new Error(`Cannot use "${name}": the package is not what it was`);
  }
  return {
    name,
    generation: 2,
    connect(url, options) {
      const namespace = options.namespace ?? "/";
      const settings = { ...connectOptions(options), ...defaults };
      if (options.auth === undefined) {
        return clientSocket(loaded(address(url, namespace), settings), 2, AT_MANAGER);
      }
      // Credentials for one namespace alone can only be given to a socket that a manager makes.
      const manager = new Manager(url, settings);
      if (!isRawManager(manager)) {
        throw new Error(`Cannot connect to "${url}": the package made no manager`);
      }
      return clientSocket(manager.socket(namespace, { query: { ...options.query, ...options.auth } }), 2, AT_MANAGER);
    },
  };
}

function modernClient(
  name: ClientName,
  loaded: unknown,
  defaults: object,
  heartbeat: Heartbeat = AT_MANAGER,
): ClientPeer {
  const io = memberOf(loaded, "io");
  if (!isFactory(io)) {
    throw new Error(`Cannot use "${name}": io is not a function`);
  }
  return {
    name,
    generation: 4,
    connect(url, options) {
      const auth = options.auth === undefined ? {} : { auth: options.auth };
      const settings = { ...connectOptions(options), ...defaults, ...auth };
      return clientSocket(io(address(url, options.namespace ?? "/"), settings), 4, heartbeat);
    },
  };
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
    ...(options.ca === undefined ? {} : { ca: options.ca }),
    ...(options.query === undefined ? {} : { query: options.query }),
    ...(options.retries === undefined ? {} : { retries: options.retries.most, ackTimeout: options.retries.afterMs }),
    ...(options.withCredentials === undefined ? {} : { withCredentials: options.withCredentials }),
    ...(options.extraHeaders === undefined ? {} : { extraHeaders: options.extraHeaders }),
  };
}

function clientSocket(raw: unknown, generation: Generation, heartbeat: Heartbeat): ClientSocket {
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
    get recovered() {
      return raw.recovered;
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
    close() {
      raw.close();
    },
    async upgraded() {
      if (engine().transport.name !== "websocket") {
        await waitFor(engine(), "upgrade", undefined, "the client's engine");
      }
    },
    async heartbeat() {
      const source = heartbeat.of === "manager" ? raw.io : engine();
      await waitFor(source, heartbeat.event, undefined, `the client's ${heartbeat.of}`);
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
 * tells a refusal from trouble of the engine is that only the latter has a type.
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
    if (isRefusal(error)) {
      refused(error.data ?? error.message);
    }
  });
}

/**
 * Tells a refusal from trouble of the engine, for clients from 3.x on.
 *
 * @param error - The argument of "connect_error".
 * @returns Whether the server refused the client.
 */
export function isRefusal(error: unknown): error is Error & { readonly data?: unknown } {
  return error instanceof Error && !("type" in error);
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
