// Which adapter a namespace of a cluster gets: with recovery where the server wants it and the broker can keep things.
// Place: server -> cluster (**choice of adapters**) -> adapter of a namespace
// Rules: where recovery is wanted and cannot be had, that is told, and the rest works.

import type { AdapterNamespace } from "../contract.ts";
import { BusAdapter } from "./bus-adapter.ts";
import type { ClusterLink } from "./cluster-link.ts";
import { RecoveringAdapter, type RecoveryParts } from "./recovering-adapter.ts";

/** What a cluster says of recovery. */
export type RecoverySettings = Pick<RecoveryParts, "prefix" | "maxTailEntries" | "maxQueuedBytes">;

const NO_LOG =
  "connectionStateRecovery has no effect: the bus of this cluster keeps no log and no sessions; use one that does, such as that of @bowline/redis/streams";

/** Makes the adapter of a namespace. */
export function createBusAdapter(nsp: AdapterNamespace, link: ClusterLink, settings: RecoverySettings): BusAdapter {
  const { sessions, warn } = nsp.surroundings;
  const { bus } = link;
  const { log, store } = bus;
  if (sessions === undefined) return new BusAdapter(nsp, link);
  if (log === undefined || store === undefined) {
    warn("BOWLINE_RECOVERY", NO_LOG);
    return new BusAdapter(nsp, link);
  }
  const { prefix, maxTailEntries, maxQueuedBytes } = settings;
  return new RecoveringAdapter(nsp, link, { bus, log, store, sessions, prefix, maxTailEntries, maxQueuedBytes });
}
