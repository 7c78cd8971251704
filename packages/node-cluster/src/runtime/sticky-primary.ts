// Hands each connection to the worker that has its session.
// Place: connection -> **primary** -> worker -> its HTTP server
// Rules: no more than the first line of the first request is read, within bounds of bytes and time, and it goes along; what
//        is TLS is not read at all; a connection waits for a worker a while, and no more than so many do.

import cluster, { type Worker } from "node:cluster";
import type { Server, Socket } from "node:net";
import { Server as TlsServer } from "node:tls";
import { type Candidate, createChoice, type LoadBalancingMethod, METHODS } from "../balance/choice.ts";
import { sessionInHead } from "../balance/session-in-head.ts";
import { readStickyMessage, writeStickyMessage } from "./sticky-messages.ts";

/** Options of `setupMaster()`, which is `setupPrimary()` as well. */
export interface StickyOptions {
  /**
   * How connections without a session are spread.
   * @default "least-connection"
   */
  readonly loadBalancingMethod?: LoadBalancingMethod;
  /**
   * How long a first line may be to be looked at, in bytes; longer ones go to any worker.
   * @default 8192
   */
  readonly maxHeadBytes?: number;
  /**
   * How long the first line, or a worker, may take, in milliseconds.
   * @default 10000
   */
  readonly headTimeout?: number;
}

/** Connections that wait for the first worker. */
const MOST_WAITING = 1024;
const TOO_SLOW = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
const NOBODY_THERE =
  "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";

class ReadyWorker implements Candidate {
  readonly worker: Worker;
  readonly name: string;
  /** What ends each of its connections while that is on the way, by their numbers; it does nothing after that. */
  readonly ends: Map<number, () => void>;

  constructor(worker: Worker, name: string, ends: Map<number, () => void>) {
    this.worker = worker;
    this.name = name;
    this.ends = ends;
  }

  get connections(): number {
    return this.ends.size;
  }
}

/** A connection whose first bytes have been read. */
interface ReadConnection {
  readonly socket: Socket;
  readonly head: Buffer;
  readonly session: string;
}

interface WaitingConnection {
  readonly connection: ReadConnection;
  readonly timer: NodeJS.Timeout;
}

/**
 * Stops the system from reading on: what came after the last event would be in nobody's hands. It is for good, since a stream
 * reads ahead by itself, and a connection may have to wait here until another one has been taken by the same worker.
 */
function stopReading(socket: Socket): void {
  socket.pause();
  socket._read = () => undefined;
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null) return;
  const stop: unknown = Reflect.get(handle, "readStop");
  if (typeof stop !== "function") return;
  Reflect.set(handle, "reading", false);
  Reflect.apply(stop, handle, []);
}

/** What ends a connection, also once its socket has been taken apart to be sent. */
function endOf(socket: Socket): () => void {
  const handle: unknown = Reflect.get(socket, "_handle");
  return () => {
    socket.destroy();
    const close: unknown = typeof handle === "object" && handle !== null ? Reflect.get(handle, "close") : undefined;
    if (typeof close === "function") Reflect.apply(close, handle, []);
  };
}

function checkedMethod(method: LoadBalancingMethod = "least-connection"): LoadBalancingMethod {
  if (METHODS.includes(method)) return method;
  throw new TypeError(`Cannot balance by "${String(method)}": it has to be one of ${METHODS.join(", ")}`);
}

/**
 * Hands the connections of a server in the primary to the workers, those of a session to the worker that has it.
 *
 * The worker's side is `setupWorker(io)`. Servers with the option `cluster` need none of this: they forward what belongs to
 * another one. What a server for TLS gets is not read; its workers need `cluster`.
 * @param server listens in the primary; nobody but the workers gets its connections.
 * @throws TypeError for an unknown method.
 * @example
 * import cluster from "node:cluster";
 * import { createServer } from "node:http";
 *
 * if (cluster.isPrimary) {
 *   const server = createServer();
 *   setupMaster(server, { loadBalancingMethod: "least-connection" });
 *   server.listen(3000);
 *   for (let count = 0; count < 4; count++) cluster.fork();
 * }
 */
export function setupMaster(server: Server, options: StickyOptions = {}): void {
  const { maxHeadBytes = 8192, headTimeout = 10_000 } = options;
  const choose = createChoice<ReadyWorker>(checkedMethod(options.loadBalancingMethod), Math.random);
  const workers = new Map<Worker, ReadyWorker>();
  const waiting = new Set<WaitingConnection>();
  let lastNumber = 0;

  function heard(worker: Worker, message: unknown): void {
    const read = readStickyMessage(message);
    const known = workers.get(worker);
    if (read?.what === "ready") {
      const ends = known?.ends ?? new Map<number, () => void>();
      workers.set(worker, new ReadyWorker(worker, read.name, ends));
      for (const { connection, timer } of takeWaiting()) {
        clearTimeout(timer);
        hand(connection);
      }
    } else if (read?.what === "gone") {
      workers.delete(worker);
    } else if (read?.what === "closed") {
      known?.ends.delete(read.number);
    }
  }
  const forget = (worker: Worker): void => {
    // Nobody would ever answer them, and Node leaves them open: their clients come again.
    for (const end of workers.get(worker)?.ends.values() ?? []) end();
    workers.delete(worker);
  };
  cluster.on("message", heard);
  cluster.on("disconnect", forget);
  cluster.on("exit", forget);
  server.once("close", () => {
    cluster.off("message", heard);
    cluster.off("disconnect", forget);
    cluster.off("exit", forget);
  });

  function takeWaiting(): readonly WaitingConnection[] {
    const all = [...waiting];
    waiting.clear();
    return all;
  }

  function hand(connection: ReadConnection): void {
    const { socket, head, session } = connection;
    const chosen = choose(
      [...workers.values()].filter(({ worker }) => worker.isConnected()),
      session,
    );
    if (chosen === undefined) {
      waitForWorker(connection);
      return;
    }
    const number = ++lastNumber;
    const end = endOf(socket);
    chosen.ends.set(number, end);
    const message = writeStickyMessage({ what: "connection", number, head: head.toString("base64") });
    chosen.worker.send(message, socket, undefined, (error) => {
      if (error === null) return;
      chosen.ends.delete(number);
      end();
    });
  }

  function waitForWorker(connection: ReadConnection): void {
    if (waiting.size >= MOST_WAITING) {
      connection.socket.end(NOBODY_THERE);
      return;
    }
    const entry = {
      connection,
      timer: setTimeout(() => {
        waiting.delete(entry);
        connection.socket.end(NOBODY_THERE);
      }, headTimeout),
    };
    waiting.add(entry);
  }

  function readHead(socket: Socket): void {
    const timer = setTimeout(() => socket.end(TOO_SLOW, () => socket.destroy()), headTimeout);
    let head = Buffer.alloc(0);
    function received(chunk: Buffer): void {
      head = Buffer.concat([head, chunk]);
      const session = sessionInHead(head.toString("latin1")) ?? (head.byteLength < maxHeadBytes ? undefined : "");
      if (session === undefined) return;
      stopReading(socket);
      stop();
      hand({ socket, head, session });
    }
    function stop(): void {
      clearTimeout(timer);
      socket.off("data", received);
      socket.off("close", stop);
    }
    socket.on("data", received);
    socket.on("close", stop);
  }

  const isTls = server instanceof TlsServer;
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => socket.destroy());
    if (isTls) {
      stopReading(socket);
      hand({ socket, head: Buffer.alloc(0), session: "" });
    } else {
      readHead(socket);
    }
  });
}
