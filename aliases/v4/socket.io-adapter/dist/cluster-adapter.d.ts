// The types of the bases of adapters for several servers, for programs that import them from this file.
export {
  ClusterAdapter,
  ClusterAdapterWithHeartbeat,
  type ClusterMessage,
  type ClusterResponse,
  type HeartbeatOptions as ClusterAdapterOptions,
  MessageType,
  type NodeId as ServerId,
  type Offset,
} from "@bowline/adapter";
