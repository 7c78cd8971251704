// The types of the adapters in memory, for programs that import them from this file.
export {
  Adapter,
  type BroadcastFlags,
  type BroadcastOptions,
  type Room,
  type Session,
  SessionAwareAdapter,
  type SocketId,
} from "@bowline/adapter";
