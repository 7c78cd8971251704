// A balancer in front of the nodes, as simple as they come: each connection goes to the next node that is in.
// Place: clients -> **balancer** -> nodes
// Rules: it knows nothing of sessions; a node that cannot be reached is passed over; one that a health check would take out
//        is taken out by hand, and its connections stay as they are.

import { connect, createServer, type Server, type Socket } from "node:net";

/** Passes connections on, in turn. */
export class Balancer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #ports = new Map<number, number>();
  readonly #out = new Set<number>();
  /** The connections of clients, and the ports at which they are. */
  readonly #at = new Map<Socket, number>();
  #turn = 0;

  constructor() {
    this.#server = createServer((downstream) => this.#pass(downstream, this.#nodesInTurn()));
  }

  /** @returns the address for clients. */
  async open(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("Cannot open the balancer: it has no port");
    return `http://127.0.0.1:${address.port}`;
  }

  /** A node listens here from now on. */
  put(node: number, port: number): void {
    this.#ports.set(node, port);
    this.#out.delete(node);
  }

  /** The node that most clients are at. */
  get busiest(): number {
    const nodes = [...this.#ports.keys()].sort((a, b) => this.#connectionsOf(b) - this.#connectionsOf(a));
    const [busiest] = nodes;
    if (busiest === undefined) throw new Error("Cannot tell the busiest node: none is in");
    return busiest;
  }

  /** No new connection goes to a node. */
  takeOut(node: number): void {
    this.#out.add(node);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #connectionsOf(node: number): number {
    const port = this.#ports.get(node);
    return [...this.#at.values()].filter((at) => at === port).length;
  }

  #nodesInTurn(): number[] {
    const ports = [...this.#ports].filter(([node]) => !this.#out.has(node)).map(([, port]) => port);
    this.#turn += 1;
    return ports.map((_, index) => ports[(this.#turn + index) % ports.length] ?? 0);
  }

  #pass(downstream: Socket, [port, ...others]: readonly number[]): void {
    if (port === undefined) {
      downstream.destroy();
      return;
    }
    const upstream = connect(port, "127.0.0.1");
    this.#sockets.add(downstream).add(upstream);
    upstream.once("connect", () => {
      this.#at.set(downstream, port);
      downstream.once("close", () => this.#at.delete(downstream));
      downstream.pipe(upstream).pipe(downstream);
      upstream.once("close", () => downstream.destroy());
      downstream.once("close", () => upstream.destroy());
    });
    upstream.once("error", () => {
      if (upstream.connecting || upstream.bytesRead === 0) this.#pass(downstream, others);
      else downstream.destroy();
    });
    for (const socket of [downstream, upstream]) {
      socket.on("error", () => socket.destroy());
      socket.once("close", () => this.#sockets.delete(socket));
    }
  }
}
