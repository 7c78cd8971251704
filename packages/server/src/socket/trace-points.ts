// The trace points of the socket layer: looked up once, so that telling costs a boolean test where nobody listens.
// Place: beside connection / namespace / socket -> trace
// Rules: names stay; a point tells what happened and never what was said: no arguments, no auth, no query.
// Source: docs/errors.md, "Trace points of the server"

import { PacketType, type Refusal, type SocketPacket } from "@bowline/protocol";
import { elementsOf, type Trace, type TracePoint } from "@bowline/protocol/internal";
import { RefusalCounts } from "../engine/refusal-counts.ts";
import { endRefusal } from "../engine/refusals.ts";
import type { RefusalCode } from "../refusal-code.ts";
import { REFUSALS } from "../refusal-sentences.ts";

/** A connection as it is told of. */
interface TracedConnection {
  readonly id: string;
  readonly protocol: 3 | 4;
}

/** A socket as it is told of. */
interface TracedSocket {
  readonly id: string;
  readonly nsp: { readonly name: string };
}

/** Whom an event is for. */
interface TracedTarget {
  readonly rooms: ReadonlySet<string>;
  readonly except: ReadonlySet<string>;
}

/** Tells of one server's clients. */
export class ServerTrace {
  readonly #opened: TracePoint;
  readonly #closed: TracePoint;
  readonly #violation: TracePoint;
  readonly #joined: TracePoint;
  readonly #refused: TracePoint;
  readonly #broadcast: TracePoint;
  readonly #received: TracePoint;
  readonly #left: TracePoint;
  /** How often each refusal has come about, whether or not somebody listens. */
  readonly refusals: RefusalCounts = new RefusalCounts();

  constructor(trace: Trace) {
    this.#opened = trace("connection.opened");
    this.#closed = trace("connection.closed");
    this.#violation = trace("connection.violation");
    this.#joined = trace("namespace.joined");
    this.#refused = trace("namespace.refused");
    this.#broadcast = trace("namespace.broadcast");
    this.#received = trace("socket.received");
    this.#left = trace("socket.disconnected");
  }

  /** A client has a connection. */
  opened({ id, protocol }: TracedConnection): void {
    if (this.#opened.active) this.#opened.publish({ session: id, revision: protocol });
  }

  /** A connection has ended. */
  closed({ id }: TracedConnection, reason: string, cause: unknown): void {
    const code = endRefusal(reason, cause);
    if (code !== undefined) this.refusals.add(code);
    if (!this.#closed.active) return;
    const known = code === undefined ? {} : { code, hint: REFUSALS[code] };
    this.#closed.publish({ session: id, reason, cause, ...known });
  }

  /** A connection is ended, since its client broke a rule. */
  violation({ id }: TracedConnection, code: RefusalCode, cause: Error | undefined): void {
    this.refusals.add(code);
    if (this.#violation.active) this.#violation.publish({ code, hint: REFUSALS[code], session: id, cause });
  }

  /** A client has joined a namespace. */
  joined({ id }: TracedConnection, socket: TracedSocket): void {
    if (this.#joined.active) this.#joined.publish({ session: id, namespace: socket.nsp.name, socket: socket.id });
  }

  /** A client was refused by a namespace. */
  refused({ id }: TracedConnection, namespace: string, { message }: Refusal, code: RefusalCode): void {
    this.refusals.add(code);
    if (this.#refused.active) this.#refused.publish({ code, hint: REFUSALS[code], session: id, namespace, message });
  }

  /** The program sends an event to many. */
  broadcast(namespace: string, event: unknown, { rooms, except }: TracedTarget): void {
    if (!this.#broadcast.active) return;
    this.#broadcast.publish({ namespace, event, rooms: [...rooms], except: [...except] });
  }

  /** A packet has come in for a socket. */
  received({ id }: TracedConnection, socket: TracedSocket, { type, nsp, data, id: ackId }: SocketPacket): void {
    if (!this.#received.active) return;
    const isEvent = type === PacketType.EVENT || type === PacketType.BINARY_EVENT;
    const event = isEvent ? { event: elementsOf(data)[0] } : {};
    this.#received.publish({ session: id, socket: socket.id, namespace: nsp, type, ...event, ackId });
  }

  /** A socket has left its namespace. */
  left({ id }: TracedConnection, socket: TracedSocket | undefined, reason: string): void {
    if (!this.#left.active) return;
    this.#left.publish({ session: id, namespace: socket?.nsp.name, socket: socket?.id, reason });
  }
}
