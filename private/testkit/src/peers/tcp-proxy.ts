// A TCP proxy that can swallow what one side says, as a dead network path does.
// Place: between a client peer and a server peer, below HTTP and WebSocket.
// Rules: a swallowed direction loses bytes and the ends of connections alike: the other side hears nothing at all.

import { connect, createServer, type Socket } from "node:net";

/** Who is no longer heard. */
export type SilentSide = "client" | "server";

/** A running proxy. */
export interface TcpProxy {
  readonly url: string;
  /** From now on nothing that this side says arrives, neither on open connections nor on new ones. */
  silence(side: SilentSide): void;
  /** Cuts the connections there are, as a router that restarts does; new ones are passed on. */
  cut(): void;
  /** Cuts everything and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a proxy on a free port of loopback.
 *
 * @param targetPort - The port on loopback that connections are passed on to.
 * @returns The proxy, listening.
 */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const silent = new Set<SilentSide>();
  const sockets = new Set<Socket>();

  function pass(from: Socket, to: Socket, side: SilentSide): void {
    sockets.add(from);
    from.on("data", (chunk) => {
      if (!silent.has(side)) {
        to.write(chunk);
      }
    });
    from.on("end", () => {
      if (!silent.has(side)) {
        to.end();
      }
    });
    from.on("error", () => from.destroy());
    from.on("close", () => {
      sockets.delete(from);
      if (!silent.has(side)) {
        to.destroy();
      }
    });
  }

  function cut(): void {
    for (const socket of sockets) {
      socket.destroy();
    }
  }

  const server = createServer({ allowHalfOpen: true }, (downstream) => {
    const upstream = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    pass(downstream, upstream, "client");
    pass(upstream, downstream, "server");
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") {
        reject(new Error(`Cannot start the proxy to "${targetPort}": it has no port`));
        return;
      }
      resolve(address.port);
    });
  });

  return {
    url: `http://127.0.0.1:${port}`,
    silence: (side) => {
      silent.add(side);
    },
    cut,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
