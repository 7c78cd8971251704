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
const PORTS = 22_000;

// The system hands ports out again once they are free, and searches for ever longer while most of them were used.
const start = (process.pid * 997) % PORTS;
let taken = 0;

/** Gives the next port that this process has not had. */
function nextPort(): number {
  if (taken === PORTS) {
    throw new Error("Cannot listen on a port of its own: this process has had every one");
  }
  taken += 1;
  return FIRST_PORT + ((start + taken) % PORTS);
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
    try {
      return await listen(server, nextPort());
    } catch (error) {
      // Somebody else has that one.
      if (!(error instanceof Error) || !("code" in error) || error.code !== "EADDRINUSE") {
        throw error;
      }
    }
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
