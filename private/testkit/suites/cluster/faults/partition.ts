// A path between a node and its broker that can be interrupted: what is said meanwhile arrives when it is whole again, as
// TCP sees to it, unless one side has given up by then.
// Place: node -> **path** -> broker

import { connect, createServer, type Server, type Socket } from "node:net";

/** A path to a port of this machine. */
export class Path {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isWhole = true;

  constructor(port: number) {
    // While the path is interrupted connections are not refused, they are not heard of.
    this.#server = createServer({ pauseOnConnect: true }, (near) => {
      const far = connect(port, "127.0.0.1");
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on("data", (chunk) => to.write(chunk));
        from.on("error", () => to.destroy());
        from.on("close", () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        if (this.#isWhole) from.resume();
        else from.pause();
      }
    });
  }

  /** @returns the port of this end. */
  async open(): Promise<number> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot open the path: it has no port");
    return address.port;
  }

  interrupt(): void {
    this.#isWhole = false;
    for (const socket of this.#sockets) socket.pause();
  }

  heal(): void {
    this.#isWhole = true;
    for (const socket of this.#sockets) socket.resume();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
