// One scene: servers on loopback whose requests are written down, and sockets that are gone when the test ends.
// Place: tests -> **stage** -> cast -> packages
// Rules: connections are counted as sessions of the server's engine; a wait is bounded and names what did not come.

import type { IncomingHttpHeaders, IncomingMessage, Server } from "node:http";
import { onTestFinished } from "vitest";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { within } from "../../src/peers/wait-for.ts";
import { type ClientName, clientOf, type ServerName, serverOf } from "./cast.ts";
import type { ClientManager, ClientSocket, Emitter, SeedServer, ServerSocket } from "./surface.ts";

const WAIT_MS = 6000;

/** A request that reached a server. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly isWebSocket: boolean;
}

/** A server that listens. */
export interface Served {
  readonly io: SeedServer;
  readonly http: Server;
  readonly url: string;
  readonly port: number;
  /** All requests, in their order. */
  readonly requests: SeenRequest[];
  /** How many connections clients have opened. */
  readonly sessions: number;
  /** Ends as its process would. */
  cut(): Promise<void>;
}

/** Waits for an event. */
export function once<Arguments extends unknown[]>(emitter: Emitter, event: string): Promise<Arguments> {
  const came = new Promise<Arguments>((resolve) => {
    emitter.once(event, (...args: Arguments) => resolve(args));
  });
  return within(came, WAIT_MS, `"${event}"`);
}

/** Waits for the connection of a client in a namespace. */
export function serverSocket(io: SeedServer, namespace = "/"): Promise<ServerSocket> {
  const came = once<[ServerSocket]>(io.of(namespace), "connection").then(([socket]) => socket);
  // When something else fails first, nobody waits for this one any more.
  came.catch(() => {});
  return came;
}

/** Waits until a socket is connected. */
export async function connected(...sockets: readonly ClientSocket[]): Promise<void> {
  await Promise.all(sockets.filter((socket) => !socket.connected).map((socket) => once(socket, "connect")));
}

/** Waits until something holds; the suite looks at it after each turn of the event loop. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  let isOver = false;
  const look = async (): Promise<void> => {
    while (!isOver && !holds()) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  await within(look(), WAIT_MS, what).finally(() => {
    isOver = true;
  });
}

function seen(request: IncomingMessage, isWebSocket: boolean): SeenRequest {
  const url = new URL(request.url ?? "/", "http://localhost");
  return {
    method: request.method ?? "",
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    isWebSocket,
  };
}

/** Writes down what reaches a server; call it when everything else listens already. */
export function watchRequests(http: Server): SeenRequest[] {
  const requests: SeenRequest[] = [];
  http.prependListener("request", (request: IncomingMessage) => requests.push(seen(request, false)));
  http.prependListener("upgrade", (request: IncomingMessage) => requests.push(seen(request, true)));
  return requests;
}

/** Starts a server; it is gone when the test ends. */
export async function serve(name: ServerName, options: object = {}, port = 0): Promise<Served> {
  const listener = await listenOnLoopback(port);
  const io = serverOf(name)(listener.server, options);
  let sessions = 0;
  io.engine.on("connection", () => {
    sessions += 1;
  });
  const requests = watchRequests(listener.server);
  onTestFinished(async () => {
    await listener.cut();
    // The HTTP server has stopped already, which servers of 4.x tell as an error.
    await Promise.resolve(io.close(() => {})).catch(() => {});
  });
  return {
    io,
    http: listener.server,
    url: `http://127.0.0.1:${listener.port}`,
    port: listener.port,
    requests,
    get sessions() {
      return sessions;
    },
    cut: () => listener.cut(),
  };
}

/** Managers of 4.x keep their own way to close for themselves. */
function closeManager(manager: ClientManager): void {
  const { close, _close } = manager;
  Reflect.apply(close ?? _close ?? (() => {}), manager, []);
}

/** Closes a socket's connection when the test ends. */
export function leaveAtEnd(socket: ClientSocket): ClientSocket {
  onTestFinished(() => {
    socket.disconnect();
    closeManager(socket.io);
  });
  return socket;
}

/** Connects a client; it comes back quickly when it is lost, and is gone when the test ends. */
export function connect(name: ClientName, url: unknown, options: object = {}): ClientSocket {
  const quick = { reconnectionDelay: 10, reconnectionDelayMax: 20 };
  return leaveAtEnd(clientOf(name)(url, { ...quick, ...options }));
}
