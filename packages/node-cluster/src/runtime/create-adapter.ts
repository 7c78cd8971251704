// The adapter under the name and with the options of @socket.io/cluster-adapter, for programs written for it.
// Place: namespace -> **adapter** -> cluster -> wire -> bus -> primary
// Rules: namespaces of one server share a cluster; it ends with the last of them, so that the process can end as well.

import type { AdapterContract, AdapterFactory, AdapterNamespace } from "@bowline/adapter";
import type { Cluster } from "@bowline/adapter/cluster";
import { nodeCluster } from "./node-cluster-bus.ts";

/** Options of `createAdapter()`. */
export interface NodeClusterAdapterOptions {
  /**
   * Milliseconds between two signs of life.
   * @default 5000
   */
  readonly heartbeatInterval?: number;
  /**
   * Milliseconds of silence after which a worker counts as gone.
   * @default 10000
   */
  readonly heartbeatTimeout?: number;
}

/** A cluster with the number of adapters that use it. */
interface SharedCluster {
  readonly cluster: Cluster;
  adapters: number;
}

/** The adapter of a namespace; that of a cluster is made by a function. */
function makeAdapter(cluster: Cluster, nsp: AdapterNamespace): AdapterContract;
function makeAdapter({ adapter }: Cluster, nsp: AdapterNamespace): unknown {
  const made: unknown = Reflect.apply(adapter, undefined, [nsp]);
  return made;
}

/**
 * Makes adapters that connect the servers of all workers of `node:cluster`.
 *
 * New programs give the server a `nodeCluster()` instead, and need no sticky sessions then.
 * @throws TypeError, when the first namespace is made, where there is no primary to be found.
 * @example
 * import { Server } from "@bowline/server";
 *
 * const io = new Server(3000);
 * io.adapter(createAdapter());
 */
export function createAdapter(options: NodeClusterAdapterOptions = {}): AdapterFactory["create"] {
  const { heartbeatInterval = 5_000, heartbeatTimeout = 10_000 } = options;
  let shared: SharedCluster | undefined;
  return (nsp) => {
    shared ??= {
      cluster: nodeCluster({ heartbeatIntervalMs: heartbeatInterval, leaseMs: heartbeatTimeout }),
      adapters: 0,
    };
    const own = shared;
    const adapter = makeAdapter(own.cluster, nsp);
    own.adapters += 1;
    const close = adapter.close?.bind(adapter);
    let isOpen = true;
    adapter.close = () => {
      const closed = close?.();
      if (isOpen) own.adapters -= 1;
      isOpen = false;
      if (own.adapters > 0) return closed;
      if (shared === own) shared = undefined;
      return Promise.resolve(closed).then(() => own.cluster.close());
    };
    return adapter;
  };
}
