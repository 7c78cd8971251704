// One client package and one server, with everything that the server was asked for, for the length of a test.
// Place: tests -> **stage** -> client packages, servers -> TCP on loopback
// Rules: the official pair shows what is right; ours has to do the same at the official server and at ours.

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { afterEach } from "vitest";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import {
  isConstructor,
  isFactory,
  isRawServer,
  isRawServerSocket,
  type RawServer,
  type RawServerSocket,
} from "../../src/peers/raw-surface.ts";
import { waitFor, within } from "../../src/peers/wait-for.ts";
import { type ProgramIo, type ProgramManager, type ProgramSocket, requireClient } from "./program-surface.ts";

/** A client package with a server package. */
export interface Pairing {
  readonly client: string;
  readonly server: string;
}

/** Programs of 4.x. */
export const PAIRINGS_OF_4: readonly Pairing[] = [
  { client: "socket.io-client-v4", server: "socket.io-v4" },
  { client: "@bowline/socket.io-client", server: "socket.io-v4" },
  { client: "@bowline/socket.io-client", server: "@bowline/socket.io" },
];

/** Programs of 2.x. */
export const PAIRINGS_OF_2: readonly Pairing[] = [
  { client: "socket.io-client-v2", server: "socket.io-v2" },
  { client: "@bowline/socket.io-client-v2", server: "socket.io-v2" },
  { client: "@bowline/socket.io-client-v2", server: "@bowline/socket.io-v2" },
];

/** Programs of one generation at servers of the other: those of 4.x find the protocol, those of 2.x hold to theirs. */
const PAIRINGS_ACROSS: readonly Pairing[] = [
  { client: "@bowline/socket.io-client", server: "socket.io-v2" },
  { client: "@bowline/socket.io-client-v2", server: "socket.io-v4" },
];

/** Programs of either generation. */
export const PAIRINGS: readonly Pairing[] = [...PAIRINGS_OF_4, ...PAIRINGS_OF_2, ...PAIRINGS_ACROSS];

/** A request that the server got. */
export interface Asked {
  readonly method: string;
  /** The path, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/** A running server. */
export interface StageServer {
  readonly raw: RawServer;
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Every request, in their order. */
  readonly asked: readonly Asked[];
  /** The requests that began a session. */
  handshakes(): readonly Asked[];
  /** Writes down the events of these names of every socket of `/`, with their arguments. */
  record(events: readonly string[], into?: unknown[][]): unknown[][];
  /** Waits for the next socket of a namespace. */
  accept(namespace?: string): Promise<RawServerSocket>;
  /** Cuts everything, as the death of a process would. */
  kill(): Promise<void>;
}

function readRequest({ method = "", url = "", headers }: IncomingMessage): Asked {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  return { method, path: pathname, query: searchParams, headers };
}

function createServer(name: string, listener: object, options: object): unknown {
  const loaded = requireOfficial(name);
  if (name === "socket.io-v2") return isFactory(loaded) ? loaded(listener, options) : undefined;
  const Server = memberOf(loaded, "Server");
  return isConstructor(Server) ? new Server(listener, options) : undefined;
}

/** A stage. */
export class Stage {
  readonly io: ProgramIo;
  readonly #pairing: Pairing;
  readonly #ends: (() => unknown)[] = [];

  constructor(pairing: Pairing) {
    this.#pairing = pairing;
    this.io = requireClient(pairing.client);
  }

  /** Starts the pairing's server; on a free port unless told. */
  async serve(options: object = {}, port = 0): Promise<StageServer> {
    const listener = await listenOnLoopback(port);
    // What is not for the server finds an answer, as beside the routes of an application.
    listener.server.on("request", (_request, response: ServerResponse) => response.writeHead(404).end());
    const raw = createServer(this.#pairing.server, listener.server, {
      serveClient: false,
      allowEIO3: true,
      ...options,
    });
    if (!isRawServer(raw)) throw new Error(`Cannot use "${this.#pairing.server}": it made no server`);
    const asked: Asked[] = [];
    listener.server.on("request", (request: IncomingMessage) => asked.push(readRequest(request)));
    listener.server.on("upgrade", (request: IncomingMessage, socket: Duplex) => {
      asked.push(readRequest(request));
      // Where nobody else listens, nobody answers.
      if (listener.server.listenerCount("upgrade") === 1) socket.destroy();
    });
    const kill = async (): Promise<void> => {
      await listener.cut();
      await Promise.resolve(raw.close(() => {})).catch(() => {});
    };
    this.#ends.push(kill);
    return {
      raw,
      url: `http://127.0.0.1:${listener.port}`,
      host: `127.0.0.1:${listener.port}`,
      port: listener.port,
      asked,
      handshakes: () => asked.filter(({ query }) => !query.has("sid")),
      record(events, into = []) {
        raw.of("/").on("connection", (socket) => {
          if (!isRawServerSocket(socket)) throw new TypeError("Cannot use what the server told: it is no socket");
          for (const event of events) socket.on(event, (...args) => into.push([event, ...args]));
        });
        return into;
      },
      async accept(namespace = "/") {
        const [socket] = await waitFor(raw.of(namespace), "connection", undefined, `the server's ${namespace}`);
        if (!isRawServerSocket(socket)) throw new TypeError("Cannot use what the server told: it is no socket");
        return socket;
      },
      kill,
    };
  }

  /** Has a socket given up at the end. */
  keep(socket: ProgramSocket): ProgramSocket {
    this.#ends.push(() => this.#giveUp(socket.io, socket));
    return socket;
  }

  /** As `io()`. */
  connect(url?: unknown, options?: object): ProgramSocket {
    return this.keep(options === undefined ? this.io(url) : this.io(url, options));
  }

  /** As `new Manager()`. */
  manager(url: unknown, options: object): ProgramManager {
    const manager = new this.io.Manager(url, options);
    this.#ends.push(() => this.#giveUp(manager));
    return manager;
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }

  #giveUp(manager: ProgramManager, socket?: ProgramSocket): void {
    manager.reconnection(false);
    socket?.disconnect();
    manager.engine?.close();
  }
}

/** Makes a stage that is cleared after each test. */
export function useStage(pairing: Pairing): Stage {
  const stage = new Stage(pairing);
  afterEach(() => stage.end());
  return stage;
}

/** Waits for an event of the client; gives its arguments. */
export function told(emitter: ProgramSocket | ProgramManager, event: string): Promise<readonly unknown[]> {
  return waitFor(emitter, event, undefined, "the client");
}

/** Writes down events by name, in their order. */
export function record(
  emitter: ProgramSocket | ProgramManager,
  events: readonly string[],
  into: string[] = [],
): string[] {
  for (const event of events) emitter.on(event, () => into.push(event));
  return into;
}

/** Waits until a value is as wanted, looked at once per turn. */
export async function until(isSo: () => boolean, subject: string): Promise<void> {
  let isOver = false;
  const looking = (async () => {
    while (!isSo() && !isOver) await new Promise((turn) => setTimeout(turn, 5));
  })();
  try {
    await within(looking, 8000, subject);
  } finally {
    isOver = true;
  }
}
