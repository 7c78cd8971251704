// The public list of @bowline/adapter.

export type {
  Adapter,
  AdapterFactory,
  AdapterNamespace,
  AdapterSocket,
  BroadcastFlags,
  BroadcastOptions,
  Delivery,
  Room,
  SocketId,
} from "./adapter.ts";
export { MemoryAdapter } from "./memory-adapter.ts";
