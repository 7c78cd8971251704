// A TCP proxy that does to connections what networks do: swallows, holds up, slices, ends and resets.
// Place: between a client peer and a server peer, below HTTP and WebSocket.
// Rules: a swallowed direction loses bytes and the ends of connections alike: the other side hears nothing at all; what is
//        held up arrives later, whole; a connection that has lost bytes never goes on.

import { connect, createServer, type Socket } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";

/** Who is no longer heard. */
export type SilentSide = "client" | "server";

/** A running proxy. */
export interface TcpProxy {
  readonly url: string;
  readonly port: number;
  /** From now on nothing that this side says arrives, neither on open connections nor on new ones. */
  silence(side: SilentSide): void;
  /** Both sides are heard again, over new connections: those there are have lost bytes, and are cut. */
  unsilence(): void;
  /** Nothing is passed on, and new connections get no answer, until `release()`. */
  hold(): void;
  /** What has been held up is passed on. */
  release(): void;
  /** Passes everything on in pieces of so many bytes, one in a turn of the event loop; 0 ends that. */
  slice(bytes: number): void;
  /** Cuts the connections there are, as a router that restarts does; new ones are passed on. */
  cut(): void;
  /** As `cut`, with a reset, which takes along what was on its way. */
  reset(): void;
  /** Tells clients of the end of the connections there are, and still hears what they say. */
  halfClose(): void;
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
  const sockets = new Map<Socket, SilentSide>();
  let isHeld = false;
  let sliceBytes = 0;

  async function passInPieces(chunk: Buffer, from: Socket, to: Socket): Promise<void> {
    from.pause();
    for (let at = 0; at < chunk.length && !to.destroyed; at += sliceBytes) {
      const end = sliceBytes === 0 ? chunk.length : at + sliceBytes;
      to.write(chunk.subarray(at, end));
      if (sliceBytes === 0) break;
      await nextTurn();
    }
    if (!isHeld) from.resume();
  }

  function pass(from: Socket, to: Socket, side: SilentSide): void {
    sockets.set(from, side);
    from.setNoDelay();
    from.on("data", (chunk) => {
      if (silent.has(side)) return;
      if (sliceBytes === 0) to.write(chunk);
      else void passInPieces(chunk, from, to);
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
    if (isHeld) from.pause();
    else from.resume();
  }

  function cut(): void {
    for (const socket of sockets.keys()) {
      socket.destroy();
    }
  }

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (downstream) => {
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
    port,
    silence: (side) => {
      silent.add(side);
    },
    unsilence: () => {
      silent.clear();
      cut();
    },
    hold: () => {
      isHeld = true;
      for (const socket of sockets.keys()) socket.pause();
    },
    release: () => {
      isHeld = false;
      for (const socket of sockets.keys()) socket.resume();
    },
    slice: (bytes) => {
      sliceBytes = bytes;
    },
    cut,
    reset: () => {
      for (const socket of sockets.keys()) socket.resetAndDestroy();
    },
    halfClose: () => {
      for (const [socket, side] of sockets) if (side === "client") socket.end();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}
