// The public list of @bowline/adapter: the contract of adapters, and the one in memory.
// Place: session -> socket codec -> connection / namespace -> **adapter** -> sockets of a room
// Rules: each name is here on purpose, for programs that bring an adapter of their own.

export type {
  Adapter,
  AdapterFactory,
  AdapterNamespace,
  AdapterSocket,
  BroadcastFlags,
  BroadcastOptions,
  Delivery,
  LoggedPacket,
  Room,
  Session,
  SessionToPersist,
  SocketId,
} from "./adapter.ts";
export { MemoryAdapter } from "./memory-adapter.ts";
export { SessionStore, type SessionStoreOptions } from "./session-store.ts";
