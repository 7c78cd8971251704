// The public list of @bowline/server, for Node.
// Place: bytes -> engine server -> connection -> server -> namespace -> socket
// Rules: each name is here on purpose; whatever an option, an event or a method of these classes speaks of is here too, so
//        that programs can name it.

export {
  type AdapterConstructor,
  type AdapterContract,
  type BroadcastFlags,
  IncompleteAnswersError,
  type Room,
  type SocketId,
} from "@bowline/adapter";
export { AckDisconnectedError, AckTimeoutError, type Parser } from "@bowline/protocol";
export type {
  DefaultData,
  DefaultEventsMap,
  EventNames,
  EventNamesWithAck,
  EventParams,
  EventsMap,
  NodeEmitter,
  TransportName,
  UserValue,
  WithAnswers,
  WithTimeout,
} from "@bowline/protocol/internal";
export type { AllowedOrigin, AllowedOrigins, OriginJudge } from "./engine/allowed-origins.ts";
export type { ChangeableHeaders } from "./engine/answer-headers.ts";
export type { Connection } from "./engine/connection.ts";
export type { ConnectionEvents, OutgoingPacket, SendOptions, SentCallback } from "./engine/connection-events.ts";
export type { ConnectionServer } from "./engine/connection-parts.ts";
export type { CookieAttributes } from "./engine/cookie.ts";
export type { CorsDelegate, CorsOptions, CorsOrigin } from "./engine/cors.ts";
export type { ConnectionErrorReport, EngineEvents } from "./engine/engine-events.ts";
export type { EngineMiddleware } from "./engine/middleware.ts";
export type {
  AllowRequest,
  EngineOptions,
  EngineSettings,
  HttpCompression,
  PerMessageDeflate,
  WebSocketServerClass,
} from "./engine/options.ts";
export type { RefusalRecord } from "./engine/refusal-counts.ts";
export type { EngineServer } from "./engine/server.ts";
export type { SentPacket, Transport, TransportEvents, TransportState } from "./engine/transport.ts";
export type { WebTransportSession } from "./engine/webtransport-session.ts";
export type { RefusalCode } from "./refusal-code.ts";
export type { HttpServerLike } from "./runtime/node/attach-engine.ts";
export type { AttachOptions, NodeEngine } from "./runtime/node/engine-server.ts";
export type { NativeHeaders, NativeRequest, NativeResponse, NativeServer } from "./runtime/node/native-types.ts";
export { type ListenTarget, Server } from "./runtime/node/server.ts";
export type { AckMap, AnswerTaker } from "./socket/ack-map.ts";
export { BroadcastTimeoutError } from "./socket/broadcast-answers.ts";
export { BroadcastOperator, type ClientsCallback } from "./socket/broadcast-operator.ts";
export type { Unfinished } from "./socket/client-limits.ts";
export { ClientConnection } from "./socket/connection.ts";
export type { DisconnectReason } from "./socket/disconnect-reason.ts";
export type { DrainOptions, DrainReport } from "./socket/drain.ts";
export type { NamespaceMatcher } from "./socket/dynamic-namespaces.ts";
export type { BoundEngine, ForeignSocket } from "./socket/foreign-connection.ts";
export type { HandlerErrorPolicy, HandlerErrorReport } from "./socket/handler-errors.ts";
export type { Handshake } from "./socket/handshake.ts";
export type { IncomingEvent } from "./socket/hooks.ts";
export type { ExtendedError, Middleware, Next } from "./socket/middleware.ts";
export { Namespace, type NamespaceReservedEvents } from "./socket/namespace.ts";
export type { ServerOptions } from "./socket/options.ts";
export type { Origins, OriginsFunction } from "./socket/origins.ts";
export type { PacketOptions, PacketToSend } from "./socket/outbox.ts";
export type { RateLimit } from "./socket/rate-limit.ts";
export type { RecoveryOptions } from "./socket/recovery.ts";
export { type RemoteSender, RemoteSocket } from "./socket/remote-socket.ts";
export type { SocketReservedEvents } from "./socket/reserved-events.ts";
export { type RoomsCallback, Socket } from "./socket/socket.ts";
export type { ParserByRevision } from "./socket/wires.ts";
