// An HTTP server on loopback whose TCP connections can be cut, so that a server can die without a word.
// Place: below the server peers: **TCP** -> HTTP server -> the package's engine
// Rules: a port is used once per process unless it is asked for by number, since clients keep managers by host and port.

import { createServer, type Server } from "node:http";
import type { Socket } from "node:net";

/** A listening HTTP server. */
export interface HttpListener {
  readonly server: Server;
  readonly port: number;
  /** Cuts every TCP connection and stops listening, as the end of a process would. */
  cut(): Promise<void>;
}

/** Below the ports that systems give to outgoing connections, so that a port is still free when a server comes back. */
const FIRST_PORT = 10_240;
const BLOCK = 100;
const BLOCKS = 220;

let asked = 0;
let block: Promise<Iterator<number>> | undefined;

/**
 * Claims a block of ports that no other process takes ports of: whoever listens on the first port of a block has all of
 * it, until the process ends. So a server that is away for a while finds its port free when it comes back, whatever
 * other test files do meanwhile.
 */
async function claimBlock(): Promise<Iterator<number>> {
  while (asked < BLOCKS) {
    const first = FIRST_PORT + ((process.pid + asked) % BLOCKS) * BLOCK;
    asked += 1;
    if (await listensOn(createServer().unref(), first)) {
      return Array.from({ length: BLOCK - 1 }, (_, index) => first + 1 + index).values();
    }
  }
  throw new Error("Cannot listen on a port of its own: every block of ports is used or held by another process");
}

/** Gives the next port that neither this process nor another one has had of late. */
async function nextPort(): Promise<number> {
  for (;;) {
    block ??= claimBlock();
    const ports = block;
    const next = (await ports).next();
    if (next.done !== true) return next.value;
    if (block === ports) block = undefined;
  }
}

/**
 * Listens on loopback.
 *
 * @param port - The port; 0 takes a free one that this process has not had before.
 * @returns The listener, listening.
 */
export async function listenOnLoopback(port: number): Promise<HttpListener> {
  const server = createServer();
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  const listeningPort = port === 0 ? await listenAnywhere(server) : await listen(server, port);
  return {
    server,
    port: listeningPort,
    async cut() {
      const closed = new Promise<void>((resolve) => {
        if (!server.listening) {
          resolve();
          return;
        }
        server.close(() => resolve());
      });
      for (const socket of sockets) {
        socket.destroy();
      }
      await closed;
    },
  };
}

/** A port of loopback where nothing listens, for programs that want to be told one. */
export async function freePort(): Promise<number> {
  const listener = await listenOnLoopback(0);
  await listener.cut();
  return listener.port;
}

async function listenAnywhere(server: Server): Promise<number> {
  for (;;) {
    const port = await nextPort();
    if (await listensOn(server, port)) return port;
  }
}

/** Listens, unless somebody else has the port. */
async function listensOn(server: Server, port: number): Promise<boolean> {
  try {
    await listen(server, port);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return false;
    throw error;
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.removeListener("error", reject);
      const address = server.address();
      if (address === null || typeof address === "string") {
        reject(new Error(`Cannot listen on "127.0.0.1:${port}": the server has no port`));
        return;
      }
      resolve(address.port);
    });
  });
}
