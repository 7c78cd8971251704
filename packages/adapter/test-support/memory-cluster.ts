// Servers of a cluster in one process: what one publishes the others take, after a trip through JSON.
// Place: namespace -> adapter -> **the broker** -> the adapters of the others
import { createFakeClock, type FakeClock } from "@bowline/testkit";
import { ClusterAdapter } from "../src/cluster/cluster-adapter.ts";
import { ClusterAdapterWithHeartbeat, type HeartbeatOptions } from "../src/cluster/heartbeat-adapter.ts";
import type { ClusterMessage, ClusterResponse } from "../src/cluster/message.ts";
import type { AdapterNamespace, SessionKeeping } from "../src/contract.ts";
import { createFakeNamespace, type FakeNamespace } from "./fake-namespace.ts";

/** The broker in the middle. */
export interface MemoryBroker {
  /** Every message and answer that was published. */
  readonly log: (ClusterMessage | ClusterResponse)[];
  readonly nodes: Set<ClusterAdapter>;
  /** Thrown in the place of the next messages; undefined while the broker is well. */
  failure: Error | undefined;
}

function copy<Message>(message: Message): Message;
function copy(message: unknown): unknown {
  const read: unknown = JSON.parse(JSON.stringify(message));
  return read;
}

function publish(broker: MemoryBroker, from: ClusterAdapter, message: ClusterMessage): string {
  if (broker.failure !== undefined) throw broker.failure;
  broker.log.push(message);
  const offset = `o${broker.log.length}`;
  if (broker.nodes.has(from)) for (const node of [...broker.nodes]) node.onMessage(copy(message), offset);
  return offset;
}

function respond(broker: MemoryBroker, from: ClusterAdapter, to: string, response: ClusterResponse): void {
  if (broker.failure !== undefined) throw broker.failure;
  broker.log.push(response);
  if (broker.nodes.has(from)) for (const node of broker.nodes) if (node.uid === to) node.onResponse(copy(response));
}

/** A server that is told how many there are. */
export class CountingNode extends ClusterAdapter {
  readonly #broker: MemoryBroker;

  constructor(nsp: AdapterNamespace, broker: MemoryBroker) {
    super(nsp);
    this.#broker = broker;
  }

  override async serverCount(): Promise<number> {
    return this.#broker.nodes.size;
  }

  protected async doPublish(message: ClusterMessage): Promise<string> {
    return publish(this.#broker, this, message);
  }

  protected async doPublishResponse(to: string, response: ClusterResponse): Promise<void> {
    respond(this.#broker, this, to, response);
  }
}

/** A server that finds out which others there are. */
export class HeartbeatNode extends ClusterAdapterWithHeartbeat {
  readonly #broker: MemoryBroker;

  constructor(
    nsp: AdapterNamespace,
    broker: MemoryBroker,
    options: HeartbeatOptions = { heartbeatInterval: 500, heartbeatTimeout: 2000 },
  ) {
    super(nsp, options);
    this.#broker = broker;
  }

  protected async doPublish(message: ClusterMessage): Promise<string> {
    return publish(this.#broker, this, message);
  }

  protected async doPublishResponse(to: string, response: ClusterResponse): Promise<void> {
    respond(this.#broker, this, to, response);
  }
}

/** A server of a cluster, with what is done with its namespace. */
export interface ClusterMember<Node extends ClusterAdapter> extends FakeNamespace {
  readonly node: Node;
}

/** A cluster under test. */
export interface MemoryCluster<Node extends ClusterAdapter> {
  readonly broker: MemoryBroker;
  readonly clock: FakeClock;
  /** Starts one more server with sockets of these names, each in its own room and in `all`. */
  start(...ids: readonly string[]): ClusterMember<Node>;
}

/** Makes a cluster without servers. */
export function createMemoryCluster<Node extends ClusterAdapter>(
  createNode: (nsp: AdapterNamespace, broker: MemoryBroker) => Node,
  sessions?: SessionKeeping,
): MemoryCluster<Node> {
  const clock = createFakeClock();
  const broker: MemoryBroker = { log: [], nodes: new Set(), failure: undefined };
  let seed = 0;
  return {
    broker,
    clock,
    start(...ids) {
      seed++;
      const namespace = createFakeNamespace({ clock, seed, ...(sessions === undefined ? {} : { sessions }) });
      const node = createNode(namespace.nsp, broker);
      namespace.add(...ids);
      for (const id of ids) void node.addAll(id, new Set([id, "all"]));
      broker.nodes.add(node);
      void node.init();
      return { ...namespace, node };
    },
  };
}
