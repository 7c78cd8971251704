// Takes WebTransport sessions in: the first packet of the first stream tells whether a client is new or moves over.
// Place: **bytes** -> engine server (**webtransport door**) -> webtransport carrier -> session
//
//   waiting for a stream --stream--> waiting for a packet --open--> a new session
//        |                              |                 --open with sid--> a candidate of that session
//        +-- too late, anything else ---+--> closed
//
// Rules: only the first stream counts; whoever says nothing in time, or anything else, is shown out; a bad first packet
//        harms nobody.
// Source: docs/protocol/engine-4.md, "WebTransport"

import { createWebTransportDecoder, type Packet } from "@bowline/protocol";
import type { Clock } from "@bowline/protocol/internal";
import { nextPacket } from "./next-packet.ts";
import { WebTransportCarrier } from "./webtransport-carrier.ts";
import type { BidirectionalStream, StreamReader, WebTransportSession } from "./webtransport-session.ts";

/** What the engine does with those who come in. */
export interface WebTransportHost {
  readonly clock: Clock;
  /** Milliseconds in which a client has to say what it wants, and in the end to take what was written. */
  readonly timeoutMs: number;
  readonly maxPayload: number;
  /** A new client. */
  opened(carrier: WebTransportCarrier): void;
  /** A client that moves over; returns whether there is a session for it. */
  moved(sid: string, carrier: WebTransportCarrier): boolean;
}

/**
 * Takes one WebTransport session in.
 * @returns settles when the session has ended; rejects with what a listener of the program throws, and nothing else.
 */
export async function admitWebTransport(session: WebTransportSession, host: WebTransportHost): Promise<void> {
  const showOut = host.clock.coarse(host.timeoutMs, () => session.close());
  try {
    const stream = await firstStream(session);
    if (stream !== undefined) await serve(session, stream, host, showOut);
  } finally {
    showOut();
    session.close();
  }
}

async function firstStream(session: WebTransportSession): Promise<BidirectionalStream | undefined> {
  try {
    return (await session.incomingBidirectionalStreams.getReader().read()).value;
  } catch {
    // A client that leaves before it has said anything is nobody's loss.
    return undefined;
  }
}

async function serve(
  session: WebTransportSession,
  stream: BidirectionalStream,
  host: WebTransportHost,
  greeted: () => void,
): Promise<void> {
  const carrier = new WebTransportCarrier(session, stream.writable.getWriter(), host);
  const end = (cause?: unknown): void => carrier.ended(cause);
  session.closed.then(() => end(), end);
  const reader = stream.readable.getReader();
  const decoder = createWebTransportDecoder(host.maxPayload);
  const greet = createGreeter(carrier, host, greeted);
  for (;;) {
    const chunk = await nextChunk(reader);
    if (!(chunk instanceof Uint8Array)) {
      carrier.ended(chunk?.failure);
      return;
    }
    const refusal = hear(decoder.add(chunk)[Symbol.iterator](), greet);
    if (refusal !== undefined) {
      carrier.broken(refusal);
      return;
    }
  }
}

/** Bytes, a failure, or undefined at the end. */
async function nextChunk(
  reader: StreamReader<Uint8Array>,
): Promise<Uint8Array | { readonly failure: unknown } | undefined> {
  try {
    const { done, value } = await reader.read();
    return done ? undefined : value;
  } catch (failure) {
    return { failure };
  }
}

/** Hands over all packets of a chunk; a listener that throws is never taken for a bad packet. */
function hear(packets: Iterator<Packet>, greet: (packet: Packet) => SyntaxError | undefined): SyntaxError | undefined {
  for (;;) {
    const next = nextPacket(packets);
    if (next === undefined || next instanceof SyntaxError) return next;
    const refusal = greet(next);
    if (refusal !== undefined) return refusal;
  }
}

/** Hands the first packet to whom it belongs, and all others to the carrier; returns why a first packet is refused. */
function createGreeter(carrier: WebTransportCarrier, host: WebTransportHost, greeted: () => void) {
  let isFirst = true;
  return (packet: Packet): SyntaxError | undefined => {
    if (!isFirst) {
      carrier.received(packet);
      return undefined;
    }
    isFirst = false;
    greeted();
    const wish = readWish(packet);
    if (wish instanceof SyntaxError) return wish;
    if (wish === undefined) host.opened(carrier);
    else if (!host.moved(wish, carrier)) return new SyntaxError(`Cannot move to session "${wish}": there is none`);
    return undefined;
  };
}

/** The id of the session that a first packet asks for, undefined for a new one, or why it cannot be the first. */
function readWish(packet: Packet): string | SyntaxError | undefined {
  if (packet.type !== "open") return new SyntaxError(`Cannot begin with a ${packet.type} packet: "open" comes first`);
  if (packet.data === undefined) return undefined;
  let wish: unknown;
  try {
    wish = JSON.parse(String(packet.data));
  } catch (cause) {
    return new SyntaxError("Cannot move to a session: the first packet has no JSON", { cause });
  }
  const sid: unknown = typeof wish === "object" && wish !== null ? Object.entries(wish).find(isSid)?.[1] : undefined;
  return typeof sid === "string" ? sid : new SyntaxError("Cannot move to a session: the first packet names none");
}

function isSid([name]: readonly [string, unknown]): boolean {
  return name === "sid";
}
