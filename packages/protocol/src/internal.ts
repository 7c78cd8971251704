// What the sibling packages use besides the public list; programs may not.
// Place: bytes -> engine dialect -> session -> socket codec -> connection / namespace / socket
// Rules: no promise of stability; the siblings move in lockstep with this package.

export {
  type Carrier,
  type CarrierEvents,
  DEAF,
  type Outgoing,
  type PausableCarrier,
  type TransportName,
} from "./engine/carrier.ts";
export type { CloseReason } from "./engine/close-reason.ts";
export { eio3Client } from "./engine/eio3.ts";
export { eio4Client } from "./engine/eio4.ts";
export { EncodedFrame, type Frame } from "./engine/frame.ts";
export { EngineSession, type SessionEvents } from "./engine/session.ts";
export { createSessionTerms, type SessionOptions, type SessionTerms } from "./engine/session-terms.ts";
export {
  type OfferAction,
  type OfferInput,
  PROBE,
  stepOffer,
  stepTicket,
  type TicketAction,
  type TicketInput,
  UPGRADE_ACCEPTED,
  UPGRADE_OFFERED,
  type UpgradeOffer,
  type UpgradeTicket,
} from "./engine/upgrade.ts";
export { frameForStream } from "./engine/webtransport-frames.ts";
export { type AnyListener, AnyListeners } from "./shared/any-listeners.ts";
export { type BackoffOptions, backoffDelay } from "./shared/backoff.ts";
export { concatBytes, decodeUtf8, encodeUtf8 } from "./shared/bytes.ts";
export { guard, invoke } from "./shared/callback.ts";
export { type Alarm, type AlarmSlot, alarmsOver, type Cancel, type Clock } from "./shared/clock.ts";
export { createDebugTrace, type DebugOutlet, type Scopes } from "./shared/debug.ts";
export { Emitter } from "./shared/emitter.ts";
export type {
  DefaultData,
  DefaultEventsMap,
  EventNames,
  EventParams,
  EventsMap,
  ListenerOf,
  UserValue,
} from "./shared/events-map.ts";
export { NodeEmitter } from "./shared/node-emitter.ts";
export { createId, type Random } from "./shared/random.ts";
export { createRecord } from "./shared/record.ts";
export { createSystemClock, type SystemClock } from "./shared/system-clock.ts";
export { createTrace, SILENT, type Trace, type TracePoint } from "./shared/trace.ts";
export { type AckCallback, type EmitArguments, takeAck } from "./socket/ack-callback.ts";
export type { AnswerOf, EventNamesWithAck, WithAnswers, WithoutAck, WithTimeout } from "./socket/ack-types.ts";
export { hasBlob, markBinary, settleBlobs, toBytes } from "./socket/binary.ts";
export type { ElderSocketDialect } from "./socket/dialect.ts";
export { encodeFrames, wantsBinaryTypes } from "./socket/encode.ts";
export {
  ACK,
  BINARY_ACK,
  BINARY_EVENT,
  CONNECT,
  CONNECT_ERROR,
  DISCONNECT,
  EVENT,
  elementsOf,
} from "./socket/packet.ts";
export { MAX_DEPTH, MAX_ELEMENTS, parseJson } from "./socket/payload-rules.ts";
export { type PendingAck, PendingAcks } from "./socket/pending-acks.ts";
export {
  createVariants,
  frameOnce,
  type MessageFramer,
  PreparedPacket,
  type Variant,
  type Variants,
} from "./socket/prepared-packet.ts";
export { sio4Client } from "./socket/sio4.ts";
export { FIRST_RETRIED_ID, MARKED_PID, sio5Client } from "./socket/sio5.ts";
export { FrameError, type FrameFault, isSendableCloseCode } from "./websocket/faults.ts";
export { type BytesReader, type DecoderRules, FrameDecoder, type FrameEvents } from "./websocket/frame-decoder.ts";
export { encodeCloseFrame, encodeControlFrame, frameHeaderBytes, writeFrameHeader } from "./websocket/frame-encoder.ts";
export { judgeHandshake, KEY_SUFFIX, switchingProtocols } from "./websocket/handshake.ts";
export { NO_CODE, PING, PONG } from "./websocket/opcodes.ts";
