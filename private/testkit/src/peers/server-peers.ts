// The servers of the suite: official ones from 2.5 to 4.8, and ours, behind one vocabulary.
// Place: cases -> peer -> **server packages** -> HTTP server on loopback
// Rules: every difference between the generations' server APIs is translated here and nowhere else.

import { type HttpListener, listenOnLoopback } from "./http-listener.ts";
import { importOwn, memberOf, requireOfficial } from "./load-package.ts";
import { loadParser, type ParserName } from "./parsers.ts";
import type { Generation, HandshakeView, RunningServer, ServerName, ServerPeer, ServerSocket } from "./peer.ts";
import {
  isConstructor,
  isFactory,
  isRawServer,
  isRawServerSocket,
  type RawConnection,
  type RawServer,
  type RawServerSocket,
} from "./raw-surface.ts";
import { makeLatch, waitFor, within } from "./wait-for.ts";

/** The keys of a query that belong to the protocol, not to the application. */
const PROTOCOL_KEYS: ReadonlySet<string> = new Set(["EIO", "transport", "sid", "t", "b64", "j"]);

const CLOSE_WAIT_MS = 8000;

/** How long the root middleware holds everybody back: longer than a client would wait for an unasked CONNECT. */
const ROOT_MIDDLEWARE_MS = 40;

/** What makes a server of one kind. */
interface ServerKind {
  readonly name: ServerName;
  readonly generation: Generation;
  /** What is done to a new server before anybody connects. */
  prepare?(server: RawServer): void;
  create(listener: HttpListener, options: Readonly<Record<string, unknown>>): unknown;
}

/**
 * Gives a kind of server.
 *
 * @param name - Which one.
 * @param parserName - What it reads and writes packets by.
 * @returns The peer.
 * @throws Error when its package cannot be loaded.
 */
export async function serverPeer(name: ServerName, parserName: ParserName = "text"): Promise<ServerPeer> {
  const [kind, parser] = await Promise.all([serverKind(name), loadParser(parserName)]);
  return {
    name,
    generation: kind.generation,
    async start(options) {
      const listener = await listenOnLoopback(options.port ?? 0);
      const server = kind.create(listener, {
        serveClient: false,
        ...(options.pingIntervalMs === undefined ? {} : { pingInterval: options.pingIntervalMs }),
        ...(options.pingTimeoutMs === undefined ? {} : { pingTimeout: options.pingTimeoutMs }),
        ...(options.maxHttpBufferSize === undefined ? {} : { maxHttpBufferSize: options.maxHttpBufferSize }),
        ...(options.keptForMs === undefined
          ? {}
          : { connectionStateRecovery: { maxDisconnectionDuration: options.keptForMs } }),
        ...(parser === undefined ? {} : { parser }),
      });
      if (!isRawServer(server)) {
        await listener.cut();
        throw new Error(`Cannot start "${name}": what the package made is not a server`);
      }
      kind.prepare?.(server);
      return runningServer(server, listener, kind.generation);
    },
  };
}

async function serverKind(name: ServerName): Promise<ServerKind> {
  switch (name) {
    case "server 2.5":
      return attachedServer(name);
    case "server 2.5 with a root middleware":
      return { ...attachedServer(name), prepare: holdBackAtRoot };
    case "server 3.0":
      return constructedServer(name, requireOfficial("socket.io-v3.0"), {});
    case "server 3.1":
      return constructedServer(name, requireOfficial("socket.io-v3.1"), {});
    case "server 4.0":
      return constructedServer(name, requireOfficial("socket.io-v4.0"), {});
    case "server 4.4":
      return constructedServer(name, requireOfficial("socket.io-v4.4"), {});
    case "server 4.8":
      return constructedServer(name, requireOfficial("socket.io-v4"), {});
    case "server 4.8 with allowEIO3":
      return constructedServer(name, requireOfficial("socket.io-v4"), { allowEIO3: true });
    case "our server":
      return constructedServer(name, await importOwn("@bowline/server"), {});
    case "our server without allowEIO3":
      return constructedServer(name, await importOwn("@bowline/server"), { allowEIO3: false });
    default:
      return name satisfies never;
  }
}

function attachedServer(name: ServerName): ServerKind {
  const attach = requireOfficial("socket.io-v2");
  if (!isFactory(attach)) {
    throw new Error(`Cannot use "${name}": the package is not a function`);
  }
  return { name, generation: 2, create: (listener, options) => attach(listener.server, options) };
}

/** Keeps clients waiting for the main namespace, so that a connection opens without the unasked CONNECT. */
function holdBackAtRoot(server: RawServer): void {
  server.of("/").use((_socket, next) => {
    setTimeout(next, ROOT_MIDDLEWARE_MS);
  });
}

function constructedServer(name: ServerName, loaded: unknown, defaults: object): ServerKind {
  const Server = memberOf(loaded, "Server");
  if (!isConstructor(Server)) {
    throw new Error(`Cannot use "${name}": its Server is not a class`);
  }
  return {
    name,
    generation: 4,
    create: (listener, options) => new Server(listener.server, { ...defaults, ...options }),
  };
}

function runningServer(server: RawServer, listener: HttpListener, generation: Generation): RunningServer {
  let connectionCount = 0;
  server.engine.on("connection", () => {
    connectionCount += 1;
  });
  return {
    url: `http://127.0.0.1:${listener.port}`,
    port: listener.port,
    get connectionCount() {
      return connectionCount;
    },
    onConnection(namespace, listen) {
      server.of(namespace).on("connection", (socket) => listen(serverSocket(socket, generation)));
    },
    use(namespace, judge) {
      server.of(namespace).use((socket, next) => {
        const verdict = judge(serverSocket(socket, generation));
        if (verdict === undefined) {
          next();
          return;
        }
        const refusal = new Error(verdict.message);
        next("data" in verdict ? Object.assign(refusal, { data: verdict.data }) : refusal);
      });
    },
    emitToRoom(namespace, room, event, ...args) {
      server
        .of(namespace)
        .to(room)
        .emit(event, ...args);
    },
    emitToRoomExcept(namespace, room, except, event, ...args) {
      const operator = server.of(namespace).to(room);
      if (operator.except === undefined) {
        throw new Error(`Cannot leave out "${except}": this server has no except()`);
      }
      operator.except(except).emit(event, ...args);
    },
    emitToAll(namespace, event, ...args) {
      server.of(namespace).emit(event, ...args);
    },
    async close() {
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      await within(closed, CLOSE_WAIT_MS, "the callback of the server's close()");
      await listener.cut();
    },
    async kill() {
      await listener.cut();
      // What is left in memory of the dead server is tidied up; nobody can hear it any more, and that the HTTP server
      // is not listening is no failure here.
      await Promise.resolve(server.close(() => {})).catch(() => {});
    },
  };
}

function serverSocket(raw: unknown, generation: Generation): ServerSocket {
  if (!isRawServerSocket(raw)) {
    throw new TypeError("Cannot use a server's socket: it lacks the methods that every generation has");
  }
  // A 2.x socket loses its connection's details when it is gone, so what a case asks for later is read now.
  const connection = raw.conn;
  return {
    id: raw.id,
    namespace: raw.nsp.name,
    connectionId: connection.id,
    get connected() {
      return raw.connected;
    },
    get transport() {
      return connection.transport.name;
    },
    get handshake() {
      return handshakeView(raw);
    },
    rooms: () => roomNames(raw),
    on(event, listener) {
      raw.on(event, listener);
    },
    emit(event, ...args) {
      raw.emit(event, ...args);
    },
    join: (room) => changeRooms(generation, (done) => (done === undefined ? raw.join(room) : raw.join(room, done))),
    leave: (room) => changeRooms(generation, (done) => (done === undefined ? raw.leave(room) : raw.leave(room, done))),
    emitToRoom(room, event, ...args) {
      raw.to(room).emit(event, ...args);
    },
    broadcast(event, ...args) {
      raw.broadcast.emit(event, ...args);
    },
    disconnect(closeConnection) {
      raw.disconnect(closeConnection);
    },
    async upgraded() {
      if (connection.transport.name !== "websocket") {
        await waitFor(connection, "upgrade", undefined, "the server's connection");
      }
    },
    writable: () => writableOf(connection),
  };
}

/** No generation tells by an event that a poll has come to wait, so the connection is looked at once per turn. */
async function writableOf(connection: RawConnection): Promise<void> {
  const latch = makeLatch<undefined>("a connection that can send at once");
  let timer: NodeJS.Immediate | undefined;
  const look = (): void => {
    if (connection.transport.writable) {
      latch.open(undefined);
    } else {
      timer = setImmediate(look);
    }
  };
  look();
  try {
    await latch.wait();
  } finally {
    clearImmediate(timer);
  }
}

/** 2.x tells by a callback when a room is joined or left, 4.x by what the method returns. */
async function changeRooms(generation: Generation, change: (done?: () => void) => unknown): Promise<void> {
  if (generation === 2) {
    await new Promise<void>((resolve) => {
      change(resolve);
    });
    return;
  }
  await change();
}

function handshakeView(raw: RawServerSocket): HandshakeView {
  const { query, auth, headers } = raw.handshake;
  return {
    query: Object.fromEntries(Object.entries(query).filter(([key]) => !PROTOCOL_KEYS.has(key))),
    auth,
    headers,
  };
}

function roomNames(raw: RawServerSocket): readonly string[] {
  const { rooms } = raw;
  const names: unknown[] =
    rooms instanceof Set ? [...rooms] : typeof rooms === "object" && rooms !== null ? Object.keys(rooms) : [];
  return names.map((name) => (name === raw.id ? "<id>" : String(name))).sort();
}
