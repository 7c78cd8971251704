// The public list of @bowline/node-cluster: the cluster of one machine, without a broker.
// Place: server -> cluster adapter -> wire -> **bus** -> primary, and back the same way
// Rules: each name is here on purpose; what upstream's cluster-adapter has under the same name is there too.

export type { HubStatus } from "./hub/hub.ts";
export type { HubBusOptions } from "./hub/hub-bus.ts";
export type { HubOptions } from "./hub/hub-options.ts";
export { createAdapter, type NodeClusterAdapterOptions } from "./runtime/create-adapter.ts";
export {
  type NodeClusterBusOptions,
  type NodeClusterOptions,
  nodeCluster,
  nodeClusterBus,
} from "./runtime/node-cluster-bus.ts";
export { type Primary, type PrimaryOptions, setupPrimary } from "./runtime/primary.ts";
