// Takes the connections that the primary hands over.
// Place: connection -> primary -> **worker** -> its HTTP server -> engine
// Rules: the ids of its sessions begin with a name of this worker, so that the primary finds it without a table; the bytes
//        that the primary has read come first; without a cluster a connection carries one request, since the next one could
//        be of another worker's session; the HTTP server is as careful with slow requests as one that listens itself.

import cluster from "node:cluster";
import { randomBytes } from "node:crypto";
import type { EventEmitter } from "node:events";
import { Socket } from "node:net";
import { readStickyMessage, type StickyMessage, writeStickyMessage } from "./sticky-messages.ts";

/** What is used of a server. */
export interface StickyServer {
  readonly httpServer: EventEmitter | object;
  readonly engine: object;
}

/** What is used of a cluster, for servers whose sessions are named by it. */
export interface StickyNode {
  /** The first characters of the ids of its sessions. */
  readonly name: string;
}

/** 96 random bits, as 16 characters. */
const RANDOM_BYTES = 12;
/** The number of a worker, as 4 characters. */
const NUMBER_BYTES = 3;

/** Names a worker by its number. */
function nameOf(worker: number): string {
  const bytes = Buffer.alloc(NUMBER_BYTES);
  bytes.writeUIntBE(worker % 2 ** (8 * NUMBER_BYTES), 0, NUMBER_BYTES);
  return bytes.toString("base64url");
}

function say(message: StickyMessage): void {
  if (process.connected) process.send?.(writeStickyMessage(message));
}

function ownGenerator(engine: object): unknown {
  if (Object.hasOwn(engine, "generateId")) return Reflect.get(engine, "generateId");
  const options: unknown = Reflect.get(engine, "opts");
  return typeof options === "object" && options !== null ? Reflect.get(options, "generateId") : undefined;
}

/** Has the sessions of a server begin with a name; ids of the program's own come behind it, also when it sets them later. */
function nameSessions(engine: object, name: string): void {
  let own = ownGenerator(engine);
  function generateId(request: unknown): unknown {
    if (typeof own !== "function") return name + randomBytes(RANDOM_BYTES).toString("base64url");
    const id: unknown = Reflect.apply(own, engine, [request]);
    return id instanceof Promise ? id.then((text: unknown) => name + String(text)) : name + String(id);
  }
  Object.defineProperty(engine, "generateId", {
    configurable: true,
    enumerable: true,
    get: () => generateId,
    set(generator: unknown) {
      own = generator;
    },
  });
}

/**
 * Has a server of a worker take the connections that `setupMaster()` hands over in the primary.
 *
 * Without `node` a connection ends with its first answer, since a browser may use it for a session of another worker next.
 * @param io a server with an HTTP server that does not listen.
 * @param node the cluster of the server, where it has one: its sessions are named by it already, and what comes to the wrong
 * worker is forwarded, so that connections stay.
 * @throws TypeError outside of a worker of `node:cluster`.
 * @example
 * import { createServer } from "node:http";
 * import { nodeCluster } from "@bowline/node-cluster";
 * import { Server } from "@bowline/server";
 *
 * const cluster = nodeCluster();
 * const io = new Server(createServer(), { cluster });
 * setupWorker(io, cluster);
 */
export function setupWorker(io: StickyServer, node?: StickyNode): void {
  const worker = cluster.worker;
  if (worker === undefined) {
    throw new TypeError("Cannot take connections of the primary: this process is no worker of node:cluster");
  }
  const { httpServer } = io;
  const name = node?.name ?? nameOf(worker.id);
  if (node === undefined) {
    nameSessions(io.engine, name);
    Reflect.set(httpServer, "maxRequestsPerSocket", 1);
  }
  const received = (message: unknown, socket: unknown): void => {
    const read = readStickyMessage(message);
    if (read?.what !== "connection") return;
    const closed = (): void => say({ what: "closed", number: read.number });
    if (!(socket instanceof Socket)) {
      // It has ended on the way.
      closed();
      return;
    }
    socket.once("close", closed);
    const head = Buffer.from(read.head, "base64");
    if (head.byteLength > 0) socket.unshift(head);
    if ("emit" in httpServer) httpServer.emit("connection", socket);
  };
  process.on("message", received);
  if ("emit" in httpServer) {
    // Only by this does Node look after requests that are slow to come.
    httpServer.emit("listening");
    httpServer.once("close", () => {
      process.off("message", received);
      say({ what: "gone" });
    });
  }
  say({ what: "ready", name });
}
