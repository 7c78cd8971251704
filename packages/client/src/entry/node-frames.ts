// Reads the messages of a WebSocket on Node by our own decoder, which is what a client that gets much spends its time on;
// the package ws keeps the handshake, control frames, sending and the end.
// Place: part of the composition root entry/node.ts; **bytes -> frame decoder** -> WebSocket transport
// Rules: only where no extension was agreed, and ws takes its bytes from the connection by one listener; programs that
//        listen to the WebSocket itself get their messages all the same.
// Source: RFC 6455, 5 "Data Framing"

import { isUtf8 } from "node:buffer";
import type { Duplex } from "node:stream";
import {
  type BytesReader,
  type DecoderRules,
  encodeCloseFrame,
  encodeControlFrame,
  FrameDecoder,
  FrameError,
  type FrameEvents,
  type FrameFault,
  PING,
  PONG,
} from "@bowline/protocol/internal";
import type { WebSocket } from "ws";
import { DEFAULTS } from "../options.ts";
import type { WebSocketEvents } from "../platform.ts";
import { codeOfNodeError } from "./node-error.ts";

const REPLACEMENT = "\u{fffd}";

const bytes: BytesReader<Buffer> = {
  allocate: (count) => Buffer.allocUnsafeSlow(count),
  ascii: (buffer, from, to) => buffer.toString("latin1", from, to),
  utf8(buffer, from, to) {
    const text = buffer.toString("utf8", from, to);
    // What is ill-formed leaves a mark, which a text may also have of its own.
    return text.includes(REPLACEMENT) && !isUtf8(buffer.subarray(from, to)) ? undefined : text;
  },
};

/** What is needed of the WebSocket. */
export type ReadWebSocket = Pick<WebSocket, "extensions" | "listenerCount" | "emit" | "close">;

/** What one connection says. */
class FrameReader implements FrameEvents {
  readonly #socket: ReadWebSocket;
  readonly #connection: Duplex;
  readonly #events: Pick<WebSocketEvents, "message" | "failed">;
  /** What ws has listened with. */
  readonly #listener: (...args: never[]) => unknown;

  constructor(
    socket: ReadWebSocket,
    connection: Duplex,
    listener: (...args: never[]) => unknown,
    events: Pick<WebSocketEvents, "message" | "failed">,
  ) {
    this.#socket = socket;
    this.#connection = connection;
    this.#listener = listener;
    this.#events = events;
  }

  text(text: string): void {
    this.#events.message(text);
    if (this.#socket.listenerCount("message") > 0) this.#socket.emit("message", Buffer.from(text), false);
  }

  binary(data: Uint8Array): void {
    this.#events.message(data);
    if (this.#socket.listenerCount("message") > 0) this.#socket.emit("message", data, true);
  }

  ping(payload: Uint8Array): void {
    this.#forward(encodeControlFrame(PING, payload));
  }

  pong(payload: Uint8Array): void {
    this.#forward(encodeControlFrame(PONG, payload));
  }

  closeFrame(code: number, reason: string): void {
    this.#forward(encodeCloseFrame(code, reason));
  }

  failed(fault: FrameFault): void {
    const error = new FrameError(fault);
    this.#events.failed({ error, code: codeOfNodeError(error) });
    this.#socket.close(fault.closeCode);
  }

  /** Hands ws a frame that is its affair. */
  #forward(frame: Uint8Array): void {
    Reflect.apply(this.#listener, this.#connection, [Buffer.from(frame)]);
  }
}

function rulesFor(maxPayload: number): DecoderRules<Buffer> {
  return { reader: "client", maxMessageBytes: maxPayload > 0 ? maxPayload : Number.POSITIVE_INFINITY, bytes };
}

/** Those of nearly all connections. */
const USUAL = rulesFor(DEFAULTS.maxPayload);

function isListener(listener: unknown): listener is (...args: never[]) => unknown {
  return typeof listener === "function";
}

/**
 * Takes the reading of messages over from ws.
 * @param connection what the WebSocket has just been opened over.
 * @param maxPayload most bytes of a message; 0 for any number, undefined for the default.
 * @returns whether that was possible; otherwise ws goes on reading.
 */
export function readFrames(
  socket: ReadWebSocket,
  connection: Duplex | undefined,
  maxPayload: number | undefined,
  events: Pick<WebSocketEvents, "message" | "failed">,
): boolean {
  const [listener, ...others]: readonly unknown[] = connection?.listeners("data") ?? [];
  if (connection === undefined || !isListener(listener) || others.length > 0 || socket.extensions !== "") return false;
  const decoder = new FrameDecoder(maxPayload === undefined ? USUAL : rulesFor(maxPayload));
  const reader = new FrameReader(socket, connection, listener, events);
  connection.removeAllListeners("data");
  connection.on("data", (chunk: Buffer) => decoder.add(chunk, reader));
  return true;
}
