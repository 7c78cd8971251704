// The trace points of the socket layer: looked up once, so that telling costs a boolean test where nobody listens.
// Place: beside connection / namespace / socket -> trace
// Rules: names stay; a point tells what happened and never what was said: no arguments, no auth, no query.
// Source: docs/errors.md, "Trace points of the server"

import { PacketType, type SocketPacket } from "@bowline/protocol";
import { elementsOf, type Trace, type TracePoint } from "@bowline/protocol/internal";
import type { RefusalCode } from "../refusal-code.ts";
import { REFUSALS } from "../refusal-sentences.ts";

/** The points. */
export interface TracePoints {
  /** A client has a connection. */
  readonly opened: TracePoint;
  /** A connection has ended. */
  readonly closed: TracePoint;
  /** A connection is ended, since its client broke a rule. */
  readonly violation: TracePoint;
  /** A client has joined a namespace. */
  readonly joined: TracePoint;
  /** A client was refused by a namespace. */
  readonly refused: TracePoint;
  /** An event or an acknowledgement has come in. */
  readonly event: TracePoint;
  /** A socket has left its namespace. */
  readonly left: TracePoint;
}

/** Looks the points up. */
export function createTracePoints(trace: Trace): TracePoints {
  return {
    opened: trace("connection.opened"),
    closed: trace("connection.closed"),
    violation: trace("connection.violation"),
    joined: trace("namespace.joined"),
    refused: trace("namespace.refused"),
    event: trace("socket.received"),
    left: trace("socket.disconnected"),
  };
}

/** What may be told of a packet that has come in. */
export function summaryOf({ type, nsp, data, id }: SocketPacket): Readonly<Record<string, unknown>> {
  const isEvent = type === PacketType.EVENT || type === PacketType.BINARY_EVENT;
  return { namespace: nsp, type, ...(isEvent ? { event: elementsOf(data)[0] } : {}), ackId: id };
}

/** Tells of something that was refused, with its name and what to do about it. */
export function traceRefusal(
  point: TracePoint,
  code: RefusalCode,
  details: () => Readonly<Record<string, unknown>>,
): void {
  if (point.active) point.publish({ code, hint: REFUSALS[code], ...details() });
}
