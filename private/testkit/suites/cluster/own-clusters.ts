// What clusters of ours have in common in these suites.

import type { ClusterOptions } from "@bowline/adapter/cluster";

/** A lease that ends within a test, and lasts through a turn of a busy machine; answers come at once or never. */
export const QUICK_CLUSTER: Pick<ClusterOptions, "heartbeatIntervalMs" | "leaseMs" | "requestTimeoutMs"> = {
  heartbeatIntervalMs: 500,
  leaseMs: 2500,
  requestTimeoutMs: 2000,
};
