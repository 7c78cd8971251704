// The hub on a path of the file system, for processes that the primary has not started.
// Place: bus -> link over a stream -> **listener** -> hub
// Rules: only the user of this process may connect; the file of a primary that was killed is in nobody's way, that of one
//        that lives is not taken from it.

import { chmodSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Link, LinkEvents } from "../hub/link.ts";
import { SocketLink } from "./socket-link.ts";

/** Listens. */
export interface PathListener {
  readonly listening: Promise<void>;
  close(): Promise<void>;
}

function isPipe(path: string): boolean {
  return path.startsWith("\\\\");
}

function codeOf(error: unknown): unknown {
  return typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // The file is made with these rights: between making it and changing them somebody else could connect.
    const mask = process.umask === undefined || isPipe(path) ? undefined : setMask(0o177);
    server.listen(path, () => {
      server.off("error", reject);
      if (!isPipe(path)) chmodSync(path, 0o600);
      resolve();
    });
    if (mask !== undefined) setMask(mask);
  });
}

/** Threads have no right to change the mask; for them the rights are set a moment later. */
function setMask(mask: number): number | undefined {
  try {
    return process.umask(mask);
  } catch {
    return undefined;
  }
}

/** Whether somebody listens on a path. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function takePath(server: Server, path: string): Promise<void> {
  try {
    await listen(server, path);
  } catch (error) {
    if (codeOf(error) !== "EADDRINUSE" || isPipe(path)) throw error;
    if (await isAlive(path)) {
      throw new Error(`Cannot listen on "${path}": another primary does; end it, or choose another path`, {
        cause: error,
      });
    }
    unlinkSync(path);
    await listen(server, path);
  }
}

/** Listens on a path, and lets in whoever connects. */
export function listenOnPath(path: string, maxMessageBytes: number, accept: (link: Link) => LinkEvents): PathListener {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    const link = new SocketLink(socket, maxMessageBytes);
    link.listen(accept(link));
  });
  return {
    listening: takePath(server, path),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        if (server.listening) server.close(() => resolve());
        else resolve();
      }),
  };
}
