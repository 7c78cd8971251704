// Nodes of ours behind a proxy, each of which knows its name.
// Place in the flow: clients -> proxy -> **nodes**
// Rules: a node dies as a process does, all its TCP connections at once and without a word.
import { Server, type ServerOptions, type Socket } from "@bowline/server";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";

/** The names of the two nodes, as the configurations have them. */
export const NODE_NAMES = ["a", "b"] as const;
export type NodeName = (typeof NODE_NAMES)[number];

/** A node that runs. */
export interface Node {
  readonly name: NodeName;
  readonly port: number;
  readonly io: Server;
  /** The sockets of `/`, in the order they came. */
  readonly sockets: readonly Socket[];
  /** Dies. */
  kill(): Promise<void>;
}

/** Starts a node that answers "echo" with its arguments and "where" with its name. */
export async function startNode(name: NodeName, options: Partial<ServerOptions> = {}): Promise<Node> {
  const listener = await listenOnLoopback(0);
  const io = new Server(listener.server, { serveClient: false, ...options });
  const sockets: Socket[] = [];
  io.on("connection", (socket) => {
    sockets.push(socket);
    socket.on("echo", (value: unknown, answer: (value: unknown) => void) => answer(value));
    socket.on("where", (answer: (name: string) => void) => answer(name));
  });
  return {
    name,
    port: listener.port,
    io,
    sockets,
    async kill() {
      await Promise.all([io.close(), listener.cut()]);
    },
  };
}
