// The public list of @bowline/server, for Node.

export { AckDisconnectedError, AckTimeoutError } from "@bowline/protocol";
export type { Connection } from "./engine/connection.ts";
export type { AllowRequest } from "./engine/options.ts";
export { type ListenTarget, Server } from "./runtime/node/server.ts";
export { BroadcastOperator, BroadcastTimeoutError } from "./socket/broadcast-operator.ts";
export type { DisconnectReason } from "./socket/connection.ts";
export type { NamespaceMatcher } from "./socket/dynamic-namespaces.ts";
export type { Handshake } from "./socket/handshake.ts";
export type { IncomingEvent } from "./socket/inbox.ts";
export type { Middleware, Next } from "./socket/middleware.ts";
export { Namespace } from "./socket/namespace.ts";
export type { ServerOptions } from "./socket/options.ts";
export type { RecoveryOptions } from "./socket/recovery.ts";
export { Socket } from "./socket/socket.ts";
export type { ParserByRevision } from "./socket/wires.ts";
