// What a client may find at an address: servers of every generation, and of something else, with what stands before them.
// Place: tests -> **servers** -> TCP on loopback
// Rules: whatever a test starts is gone after it; ports are of the system's choice; nothing answers later than it must.

import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type RequestListener,
  request,
} from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from "node:net";
import { importOwn, memberOf, requireOfficial } from "../../src/peers/load-package.ts";
import {
  isConstructor,
  isFactory,
  isRawServer,
  isRawServerSocket,
  type RawServer,
} from "../../src/peers/raw-surface.ts";

/** The servers of Socket.IO. */
export type ServerName = "our server" | "server 2.5" | "server 4.8";

export const SERVERS: readonly ServerName[] = ["our server", "server 2.5", "server 4.8"];

type Stop = () => void;
const stops: Stop[] = [];

/** Ends everything that was started. */
export function stopAll(): void {
  for (const stop of stops.splice(0).reverse()) stop();
}

/** Has something done when the test is over. */
export function later(stop: Stop): void {
  stops.push(stop);
}

/** Listens on a port of its own. @returns the port. */
export async function listen(server: TcpServer): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  later(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") throw new Error("Cannot tell the port of a server");
  return address.port;
}

/** An HTTP server of something else. @returns its port. */
export function serveHttp(answer: RequestListener): Promise<number> {
  return listen(createServer(answer));
}

/** A TCP server. @returns its port. */
export function serveTcp(met: (socket: Socket) => void): Promise<number> {
  return listen(createTcpServer(met));
}

/** A port on which nobody listens any more. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  return port;
}

/** A running server of Socket.IO. */
export interface Running {
  readonly port: number;
  readonly url: string;
  readonly io: RawServer;
  /** Tells a client that comes to the main namespace something. */
  greet(...event: readonly unknown[]): void;
  /** Closes the connections of all clients. */
  dismiss(): void;
  /** Cuts every connection, as the end of its process would. */
  cut(): void;
}

async function makeServer(name: ServerName, http: HttpServer, options: object): Promise<unknown> {
  if (name === "server 2.5") {
    const attach = requireOfficial("socket.io-v2");
    return isFactory(attach) ? attach(http, options) : undefined;
  }
  const loaded = name === "our server" ? await importOwn("@bowline/server") : requireOfficial("socket.io-v4");
  const Server = memberOf(loaded, "Server");
  return isConstructor(Server) ? new Server(http, options) : undefined;
}

/** Starts a server of Socket.IO. */
export async function serveSocketIo(name: ServerName, options: object = {}): Promise<Running> {
  const http = createServer();
  const sockets = new Set<Socket>();
  http.on("connection", (socket) => sockets.add(socket));
  const io = await makeServer(name, http, options);
  if (!isRawServer(io)) throw new Error(`Cannot start "${name}": what the package made is no server`);
  const port = await listen(http);
  later(() => io.close());
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    io,
    greet(...event) {
      io.of("/").on("connection", (socket) => {
        if (isRawServerSocket(socket)) Reflect.apply(socket.emit, socket, event);
      });
    },
    dismiss() {
      const close = memberOf(io.engine, "close");
      if (typeof close === "function") Reflect.apply(close, io.engine, []);
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Passes a plain request on, without the headers that belong to one connection. */
function passOn(incoming: IncomingMessage, answer: Parameters<RequestListener>[1], port: number): void {
  const { method, url, headers } = incoming;
  const { upgrade: _upgrade, connection: _connection, ...kept } = headers;
  const outgoing = request({ port, host: "127.0.0.1", method, path: url, headers: kept, agent: false }, (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    response.pipe(answer);
  });
  outgoing.on("error", () => answer.destroy());
  incoming.pipe(outgoing);
}

/**
 * A proxy as nginx is without further settings: it knows nothing of Upgrade, and takes every request for a plain one.
 * @returns its port.
 */
export function proxyWithoutUpgrade(port: number): Promise<number> {
  return serveHttp((incoming, answer) => passOn(incoming, answer, port));
}

/** A balancer that gives each request to the next node, whoever has its session. @returns its port. */
export function balanceInTurn(ports: readonly number[]): Promise<number> {
  let turn = 0;
  return serveHttp((incoming, answer) => {
    const port = ports[turn++ % ports.length];
    if (port !== undefined) passOn(incoming, answer, port);
  });
}

/** A proxy that lets a WebSocket open and cuts it before anything is said. @returns its port. */
export async function proxyThatCutsWebSockets(port: number): Promise<number> {
  const server = createServer((incoming, answer) => passOn(incoming, answer, port));
  server.on("upgrade", (incoming: IncomingMessage, downstream: Socket) => {
    const upstream = connect(port, "127.0.0.1");
    const headers = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    upstream.write(`GET ${incoming.url} HTTP/1.1\r\n${headers.join("")}\r\n`);
    upstream.once("data", (head: Buffer) => {
      downstream.write(head, () => downstream.destroy());
      upstream.destroy();
    });
    upstream.on("error", () => downstream.destroy());
  });
  return listen(server);
}
