// The namespaces of one client by their names, with its sockets there.
// Place: session -> socket codec -> connection (**seats**) -> namespace -> socket
// Rules: a namespace that is still judging the client has no socket yet; the order is that of asking. Nearly every client is
//        in one namespace, which needs no map.
// Source: docs/protocol/socket-5.md, "Connecting"

/** Where a client is, and where it asks to be. */
export class Seats<Socket> {
  #name: string | undefined;
  #socket: Socket | undefined;
  #others: Map<string, Socket | undefined> | undefined;

  get size(): number {
    return (this.#name === undefined ? 0 : 1) + (this.#others?.size ?? 0);
  }

  /** Whether the client is in a namespace, or has asked for it. */
  has(name: string): boolean {
    return this.#name === name || this.#others?.has(name) === true;
  }

  /** The socket in a namespace, where there is one. */
  get(name: string): Socket | undefined {
    return this.#name === name ? this.#socket : this.#others?.get(name);
  }

  /** Keeps a seat; without a socket as long as the namespace is judging. */
  set(name: string, socket?: Socket): void {
    if (this.#name === name || this.size === 0) {
      this.#name = name;
      this.#socket = socket;
    } else {
      this.#others ??= new Map();
      this.#others.set(name, socket);
    }
  }

  delete(name: string): void {
    if (this.#name === name) {
      this.#name = undefined;
      this.#socket = undefined;
    } else {
      this.#others?.delete(name);
    }
  }

  clear(): void {
    this.#name = undefined;
    this.#socket = undefined;
    this.#others = undefined;
  }

  /** The sockets there are now. */
  sockets(): Socket[] {
    const sockets = this.#socket === undefined ? [] : [this.#socket];
    for (const socket of this.#others?.values() ?? []) if (socket !== undefined) sockets.push(socket);
    return sockets;
  }
}
