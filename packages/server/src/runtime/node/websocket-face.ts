// What programs see of a WebSocket that is framed by ourselves: events and methods of the package `ws`.
// Place: beside bytes -> frame decoder -> websocket carrier; made when a program first looks
// Rules: names are those of `ws`, and so is the class that `instanceof` finds; nothing in here reads what a program may
//        write; what a program sends is not of the session, and follows what was handed over before it.

import { EventEmitter } from "node:events";
import type { Duplex } from "node:stream";
import { isSendableCloseCode } from "@bowline/protocol/internal";
import { loadWs } from "./ws-package.ts";

/** The WebSocket behind it. */
export interface FaceHost {
  readonly socket: Duplex;
  readonly protocol: string;
  readonly readyState: 1 | 2 | 3;
  sendMessage(data: string | Uint8Array, done: (failure?: Error) => void): void;
  sendHeartbeat(kind: "ping" | "pong", payload: Uint8Array, done: (failure?: Error) => void): void;
  close(code?: number, reason?: string): void;
}

type Sent = (error?: Error) => void;

const NO_BYTES = Buffer.alloc(0);
/** Bytes of a control frame (RFC 6455, 5.5); its length has no room for more. */
const LONGEST_PAYLOAD = 125;
/** A close frame has its code in front. */
const LONGEST_REASON = 123;

function ignore(): void {}

function toPayload(data: unknown): string | Uint8Array {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return String(data);
}

function checkLength(what: string, bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes;
  throw new RangeError(`Cannot send a ${what} of ${bytes.length} bytes: it has room for ${most}`);
}

function isSent(value: unknown): value is Sent {
  return typeof value === "function";
}

/** The callback of a call that may have been made without options. */
function sentOf(...values: readonly unknown[]): Sent {
  return values.find(isSent) ?? ignore;
}

/** A WebSocket of the package `ws`, as far as programs of a server use it. */
export class WebSocketFace extends EventEmitter {
  readonly CONNECTING = 0;
  readonly OPEN = 1;
  readonly CLOSING = 2;
  readonly CLOSED = 3;
  readonly #host: FaceHost;

  constructor(host: FaceHost) {
    super();
    this.#host = host;
    passAsWebSocket();
  }

  get readyState(): 1 | 2 | 3 {
    return this.#host.readyState;
  }

  /** The connection below it. */
  get _socket(): Duplex {
    return this.#host.socket;
  }

  get bufferedAmount(): number {
    return this.#host.socket.writableLength;
  }

  get extensions(): string {
    return "";
  }

  get protocol(): string {
    return this.#host.protocol;
  }

  get isPaused(): boolean {
    return this.#host.socket.isPaused();
  }

  /** Sends a message. @param options those of `ws`; `binary` alone counts. */
  send(data: unknown, options?: unknown, sent?: Sent): void {
    const payload = toPayload(data);
    const binary: unknown =
      typeof options === "object" && options !== null ? Reflect.get(options, "binary") : undefined;
    const isText = binary === undefined ? typeof payload === "string" : binary === false;
    const message = isText
      ? String(typeof payload === "string" ? payload : Buffer.from(payload))
      : Buffer.from(payload);
    this.#host.sendMessage(message, sentOf(options, sent));
  }

  ping(data?: unknown, mask?: unknown, sent?: Sent): void {
    this.#heartbeat("ping", data, sentOf(data, mask, sent));
  }

  pong(data?: unknown, mask?: unknown, sent?: Sent): void {
    this.#heartbeat("pong", data, sentOf(data, mask, sent));
  }

  /** Says goodbye. @throws TypeError for a code that nobody may send. @throws RangeError for too long a reason. */
  close(code?: number, reason: string | Uint8Array = ""): void {
    if (code !== undefined && !isSendableCloseCode(code)) {
      throw new TypeError(`Cannot close the WebSocket with code "${code}": nobody may send it`);
    }
    this.#host.close(code, String(checkLength("close frame", Buffer.from(reason), LONGEST_REASON)));
  }

  /** Cuts the connection. */
  terminate(): void {
    this.#host.socket.destroy();
  }

  pause(): void {
    this.#host.socket.pause();
  }

  resume(): void {
    this.#host.socket.resume();
  }

  #heartbeat(kind: "ping" | "pong", data: unknown, sent: Sent): void {
    const payload = data === undefined || typeof data === "function" ? NO_BYTES : Buffer.from(toPayload(data));
    this.#host.sendHeartbeat(kind, checkLength(kind, payload, LONGEST_PAYLOAD), sent);
  }
}

let passes = false;

/** Puts the class of `ws` between the face and Node's emitter, as programs ask for it by `instanceof`. */
function passAsWebSocket(): void {
  if (passes) return;
  passes = true;
  Object.setPrototypeOf(WebSocketFace.prototype, loadWs().WebSocket.prototype);
}
