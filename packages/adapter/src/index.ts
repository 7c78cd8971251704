// The public list of @bowline/adapter: the contract of adapters, the ones in memory, and the bases of those for clusters.
// Place: session -> socket codec -> connection / namespace -> **adapter** -> sockets of a room
// Rules: each name is here on purpose, for programs that bring an adapter of their own.

export { Adapter } from "./adapter.ts";
export type { AdapterEvents } from "./adapter-events.ts";
export { ClusterAdapter } from "./cluster/cluster-adapter.ts";
export { ClusterAdapterWithHeartbeat, type HeartbeatOptions } from "./cluster/heartbeat-adapter.ts";
export { IncompleteAnswersError } from "./cluster/incomplete-answers.ts";
export {
  type ClusterMessage,
  type ClusterResponse,
  type MessageBody,
  MessageType,
  type NodeId,
  type Offset,
  type ResponseBody,
} from "./cluster/message.ts";
export type { AckRequest, ServerRequest } from "./cluster/server-request.ts";
export type {
  AdapterConstructor,
  AdapterContract,
  AdapterFactory,
  AdapterNamespace,
  AdapterSocket,
  AdapterSurroundings,
  BroadcastFlags,
  BroadcastOptions,
  BroadcastPacket,
  Delivery,
  LiveSession,
  LoggedPacket,
  Room,
  Session,
  SessionKeeping,
  SessionToPersist,
  SocketDetails,
  SocketId,
} from "./contract.ts";
export {
  ElderAdapter,
  type ElderAdapterClass,
  type ElderBroadcastOptions,
  type ElderNamespace,
  type ElderRoom,
} from "./elder-adapter.ts";
export { SessionAwareAdapter } from "./session-aware-adapter.ts";
