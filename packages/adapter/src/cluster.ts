// The list of @bowline/adapter/cluster: servers as nodes over a bus, and what those need who bring a bus or a wire.
// Place: connection / namespace -> **adapter** -> wire -> bus -> the broker
// Rules: each name is here on purpose; buses and wires are packages of their own.

export type { Bus, BusLog, BusLogEntry, BusStatus, BusStore, Leave, LogFollower, Receive } from "./cluster/bus.ts";
export { BusError, type BusErrorCode } from "./cluster/bus-error.ts";
export { type Cluster, type ClusterCounters, createCluster } from "./cluster/cluster.ts";
export type { ClusterOptions } from "./cluster/cluster-options.ts";
export { createEmitter, Emitter, type EmitterOptions } from "./cluster/emitter.ts";
export { IncompleteAnswersError } from "./cluster/incomplete-answers.ts";
export { compareOffsets, type LogPosition, readOffset, writeOffset } from "./cluster/log-position.ts";
export {
  createMemoryBroker,
  type MemoryBroker,
  type MemoryBrokerOptions,
  type MemoryBus,
} from "./cluster/memory-bus.ts";
export {
  type ClusterMessage,
  type ClusterResponse,
  type MessageBody,
  MessageType,
  type NodeId,
  type Offset,
  type ResponseBody,
  type WireOptions,
} from "./cluster/message.ts";
export { createNativeWire, type NativeWireOptions } from "./cluster/native-wire.ts";
export type { ClusterWire, SharedTopics, WireMessage, WireScope } from "./cluster/wire.ts";
export type { AdapterConstructor, AdapterSurroundings } from "./contract.ts";
