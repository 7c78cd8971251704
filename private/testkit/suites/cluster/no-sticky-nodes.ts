// Three nodes of one cluster behind nginx, which sends each request to the next of them.
// Place: clients -> nginx -> **nodes** -> bus
// Rules: each node has a bus of its own, as nodes in processes of their own have; they are there once each knows the others.
import { type Bus, type Cluster, createCluster } from "@bowline/adapter/cluster";
import { Server, type ServerOptions } from "@bowline/server";
import { listenOnLoopback } from "../../src/peers/http-listener.ts";
import { type ReverseProxy, startReverseProxy } from "../../src/peers/reverse-proxy.ts";
import { within } from "../../src/peers/wait-for.ts";

/** A node that runs. */
export interface ClusterNode {
  readonly io: Server;
  readonly cluster: Cluster;
  readonly port: number;
  /** Dies as a process does: all connections at once and without a word, also to the other nodes. */
  kill(): Promise<void>;
}

/** A bus for each node of a test, and the end of it. */
export interface BusMaker {
  readonly name: string;
  /** Keeps the nodes of this test apart from all others. */
  readonly prefix: string;
  bus(): Promise<Bus>;
  close(): Promise<void>;
}

/** Nodes and what is in front of them. */
export interface Fleet {
  readonly nodes: readonly ClusterNode[];
  readonly front: ReverseProxy;
  close(): Promise<void>;
}

const NODES = 3;
const START_MS = 10_000;

async function startNode(
  bus: Bus,
  prefix: string,
  options: Partial<ServerOptions>,
  leaseMs: number,
): Promise<ClusterNode> {
  const listener = await listenOnLoopback(0);
  const cluster = createCluster({ bus, prefix, heartbeatIntervalMs: Math.min(3000, leaseMs / 3), leaseMs });
  const io = new Server(listener.server, { serveClient: false, cluster, ...options });
  io.on("connection", (socket) => {
    void socket.join("all");
    socket.on("echo", (value: unknown, answer: (value: unknown) => void) => answer(value));
    socket.on("where", (answer: (name: string) => void) => answer(cluster.name));
  });
  return {
    io,
    cluster,
    port: listener.port,
    async kill() {
      await bus.close();
      await listener.cut();
    },
  };
}

async function untilAllKnow(nodes: readonly ClusterNode[]): Promise<void> {
  while (nodes.some(({ cluster }) => cluster.nodes.length < NODES - 1)) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Starts nodes and nginx. @param leaseMs how long a dead node counts as alive. */
export async function startFleet(
  maker: BusMaker,
  options: Partial<ServerOptions> = {},
  leaseMs: number = 10_000,
): Promise<Fleet> {
  const buses = await Promise.all(Array.from({ length: NODES }, () => maker.bus()));
  const nodes = await Promise.all(buses.map((bus) => startNode(bus, maker.prefix, options, leaseMs)));
  await within(untilAllKnow(nodes), START_MS, "a cluster in which each node knows the others");
  const front = await startReverseProxy(
    "nginx",
    "round-robin.conf",
    nodes.map(({ port }) => port),
  );
  return {
    nodes,
    front,
    async close() {
      await front.close();
      await Promise.all(nodes.map(({ io }) => io.close()));
      await maker.close();
    },
  };
}
