// The servers that client-cases.mjs talks to: ours, and official ones of both generations, with the same handlers.
// Place: cases -> built client -> **server** on loopback, which may serve pages as well
// Rules: a restart is the death of a process: every TCP connection is cut, the port is free for a moment, then the same
//        server is there again.

import type { Server as HttpServer, RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type HttpListener, listenOnLoopback } from "../peers/http-listener.ts";
import { importOwn, memberOf, requireOfficial } from "../peers/load-package.ts";
import {
  isConstructor,
  isFactory,
  isListener,
  isRawServer,
  isRawServerSocket,
  type RawServer,
  type RawServerSocket,
} from "../peers/raw-surface.ts";

/** How long a server is away when it restarts, in milliseconds. */
const AWAY_MS = 150;

/** The servers there are. */
export const CASE_SERVERS = ["our server", "official 4.8", "official 2.5"] as const;
export type CaseServerName = (typeof CASE_SERVERS)[number];

/** The Engine.IO protocol that our client ends up with. */
export function protocolOf(name: CaseServerName): 3 | 4 {
  return name === "official 2.5" ? 3 : 4;
}

/** How a server is started. */
export interface CaseServerStart {
  readonly options?: Readonly<Record<string, unknown>>;
  /** Answers the requests that are not for the server itself. */
  readonly pages?: RequestListener;
}

/** A server that is listening. */
export interface CaseServer {
  readonly url: string;
  readonly port: number;
  /** Called for each socket that connects to the main namespace. */
  onConnection(listener: (socket: RawServerSocket) => void): void;
  /** Called for each HTTP request, also for those of the server itself. */
  onRequest(listener: RequestListener): void;
  close(): Promise<void>;
}

interface Running {
  readonly listener: HttpListener;
  readonly server: RawServer;
}

/** What of a server's connection the raw surface does not list. */
function cutOff(socket: RawServerSocket): void {
  const close: unknown = Reflect.get(socket.conn, "close");
  if (!isListener(close)) throw new TypeError("Cannot cut a socket off: its connection has no close()");
  close.call(socket.conn);
}

async function makerOf(name: CaseServerName): Promise<(http: HttpServer, options: object) => unknown> {
  switch (name) {
    case "our server":
    case "official 4.8": {
      const loaded = name === "our server" ? await importOwn("@bowline/server") : requireOfficial("socket.io-v4");
      const Server = memberOf(loaded, "Server");
      if (!isConstructor(Server)) throw new TypeError(`Cannot use "${name}": its Server is not a class`);
      return (http, options) => new Server(http, options);
    }
    case "official 2.5": {
      const attach = requireOfficial("socket.io-v2");
      if (!isFactory(attach)) throw new TypeError(`Cannot use "${name}": the package is not a function`);
      return attach;
    }
    default:
      return name satisfies never;
  }
}

function addHandlers(socket: RawServerSocket, generation: number, restart: () => void): void {
  const numbered: unknown[] = [];
  const answer = (args: readonly unknown[], ...values: readonly unknown[]): void => {
    const reply = args.at(-1);
    if (isListener(reply)) reply(...values);
  };
  socket.on("echo", (...args) => answer(args, ...args.slice(0, -1)));
  socket.on("back", (...args) => void socket.emit("back", ...args));
  socket.on("numbered", (number) => void numbered.push(number));
  socket.on("numbers", (...args) => answer(args, numbered));
  socket.on("namespace", (...args) => answer(args, socket.nsp.name));
  socket.on("generation", (...args) => answer(args, generation));
  socket.on("silence", () => {});
  socket.on("ask me", (value, reply) => void socket.emit("question", value, reply));
  socket.on("send me away", () => void socket.disconnect());
  socket.on("cut me off", () => cutOff(socket));
  socket.on("restart", restart);
  socket.emit("pushed", Buffer.of(1, 2, 3));
}

/**
 * Starts a server.
 * @param name which one
 * @param start its options, and pages to serve beside it
 */
export async function startCaseServer(name: CaseServerName, start: CaseServerStart = {}): Promise<CaseServer> {
  const make = await makerOf(name);
  const onConnection: ((socket: RawServerSocket) => void)[] = [];
  const onRequest: RequestListener[] = [];
  let generation = 0;
  let restarted = Promise.resolve();

  async function listen(wanted: number): Promise<Running> {
    const listener = await listenOnLoopback(wanted);
    if (start.pages !== undefined) listener.server.on("request", start.pages);
    const server = make(listener.server, start.options ?? {});
    if (!isRawServer(server)) throw new TypeError(`Cannot start "${name}": what the package made is not a server`);
    for (const heard of onRequest) listener.server.on("request", heard);
    server.of("/secret").use((_socket, next) => next(new Error("no entry")));
    for (const path of ["/", "/news", "/news/local"]) {
      server.of(path).on("connection", (socket) => {
        if (!isRawServerSocket(socket)) throw new TypeError("Cannot use a server's socket: it lacks the usual methods");
        addHandlers(socket, generation, () => {
          restarted = restarted.then(restart);
        });
        if (path === "/") for (const heard of onConnection) heard(socket);
      });
    }
    return { listener, server };
  }

  async function stop(): Promise<void> {
    await running.listener.cut();
    // That the HTTP server does not listen any more is no failure here.
    await Promise.resolve(running.server.close(() => {})).catch(() => {});
  }

  async function restart(): Promise<void> {
    await stop();
    await sleep(AWAY_MS);
    generation += 1;
    running = await listen(port);
  }

  let running = await listen(0);
  const { port } = running.listener;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    onConnection: (heard) => void onConnection.push(heard),
    onRequest(heard) {
      onRequest.push(heard);
      running.listener.server.on("request", heard);
    },
    async close() {
      await restarted;
      await stop();
    },
  };
}
