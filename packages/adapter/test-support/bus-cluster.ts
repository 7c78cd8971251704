// Nodes of a cluster over the broker in memory, each with namespaces that write down what is done with them.
// Place: namespace -> bus adapter -> cluster -> **the broker** -> the other nodes
import { createFakeClock, createSeededRandom, type FakeClock } from "@bowline/testkit";
import type { BusAdapter } from "../src/cluster/bus-adapter.ts";
import { type Cluster, createCluster } from "../src/cluster/cluster.ts";
import type { ClusterOptions } from "../src/cluster/cluster-options.ts";
import {
  createMemoryBroker,
  type MemoryBroker,
  type MemoryBrokerOptions,
  type MemoryBus,
} from "../src/cluster/memory-bus.ts";
import type { AdapterNamespace, AdapterSurroundings, SessionKeeping } from "../src/contract.ts";
import { createFakeNamespace, type FakeNamespace } from "./fake-namespace.ts";

/** Lets promises that are settled already have their say. */
export async function settle(rounds = 60): Promise<void> {
  for (let round = 0; round < rounds; round++) await Promise.resolve();
}

/** Calls the function at the end of a server-side event. */
export function answerTo(event: readonly unknown[] | undefined, ...values: readonly unknown[]): void {
  const answer = event?.at(-1);
  if (typeof answer === "function") Reflect.apply(answer, undefined, values);
}

/** A namespace of a node. */
export interface BusMember extends FakeNamespace {
  readonly adapter: BusAdapter;
  /** Settles once the broker knows of the rooms. */
  readonly ready: Promise<unknown>;
}

/** A node under test. */
export interface BusNode extends BusMember {
  readonly cluster: Cluster;
  readonly bus: MemoryBus;
  /** One more namespace of this node. */
  namespace(name: string, ...ids: readonly string[]): BusMember;
}

/** A cluster under test. */
export interface BusCluster {
  readonly broker: MemoryBroker;
  readonly clock: FakeClock;
  /** Starts one more node with sockets of these names in `/`, each in its own room and in `all`. */
  start(...ids: readonly string[]): BusNode;
  /** As `start`, with options of its own. */
  startWith(options: Partial<ClusterOptions>, ...ids: readonly string[]): BusNode;
  /** Lets all nodes get to know each other. */
  meet(): Promise<void>;
  /** Lets time pass step by step, with what is promised on the way. */
  pass(ms: number): Promise<void>;
}

function asBusAdapter(made: unknown): BusAdapter;
function asBusAdapter(made: unknown): unknown {
  return made;
}

/** Calls what makes an adapter; a cluster's is a function. */
function makeAdapter(cluster: Cluster, nsp: AdapterNamespace): BusAdapter {
  const { adapter } = cluster;
  return asBusAdapter(Reflect.apply(adapter, undefined, [nsp]));
}

/** Makes a cluster without nodes. */
export function createBusCluster(
  options: Omit<MemoryBrokerOptions, "clock"> & { readonly sessions?: SessionKeeping } = {},
  clusterOptions: Partial<ClusterOptions> = {},
): BusCluster {
  const clock = createFakeClock();
  const { sessions, ...brokerOptions } = options;
  const broker = createMemoryBroker({ random: createSeededRandom(7), ...brokerOptions, clock });
  let seed = 100;
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(Math.min(50, ms - passed));
      await settle();
    }
  };
  const startWith = (own: Partial<ClusterOptions>, ...ids: readonly string[]): BusNode => {
    seed++;
    const nodeSeed = seed;
    const bus = broker.bus();
    const cluster = createCluster({ bus, ...clusterOptions, ...own });
    let surroundings: AdapterSurroundings | undefined;
    const namespace = (name: string, ...members: readonly string[]): BusMember => {
      const made = createFakeNamespace({
        clock,
        seed: nodeSeed,
        name,
        ...(sessions === undefined ? {} : { sessions }),
      });
      surroundings ??= made.nsp.surroundings;
      // All namespaces of a server have the same surroundings.
      const nsp: AdapterNamespace = { ...made.nsp, surroundings };
      const adapter = makeAdapter(cluster, nsp);
      made.add(...members);
      const begun = [adapter.init(), ...members.map((id) => adapter.addAll(id, new Set([id, "all"])))];
      return { ...made, nsp, adapter, ready: Promise.all(begun) };
    };
    return { ...namespace("/", ...ids), cluster, bus, namespace };
  };
  return {
    broker,
    clock,
    startWith,
    start: (...ids) => startWith({}, ...ids),
    pass,
    async meet() {
      await settle();
      await pass(300);
    },
  };
}
