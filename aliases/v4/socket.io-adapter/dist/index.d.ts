// The types of "socket.io-adapter" in programs of 3.x and 4.x.
export {
  ClusterAdapter,
  type ClusterAdapterOptions,
  ClusterAdapterWithHeartbeat,
  type ClusterMessage,
  type ClusterResponse,
  MessageType,
  type Offset,
  type ServerId,
} from "./cluster-adapter.js";
export {
  Adapter,
  type BroadcastFlags,
  type BroadcastOptions,
  type Room,
  type Session,
  SessionAwareAdapter,
  type SocketId,
} from "./in-memory-adapter.js";
