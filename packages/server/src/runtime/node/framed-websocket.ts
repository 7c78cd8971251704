// A WebSocket without extensions over a connection of Node, framed by ourselves in both directions.
// Place: **bytes** -> frame decoder -> websocket carrier -> engine dialect -> session
//
//   open --close()--> closing --peer's close frame--> ending        open, closing, ending --connection gone--> gone
//   open --peer's close frame, its end, a fault--> ending
//
// Rules: one write per batch, and the answer to the handshake goes along with the first; one pong waits at most; whatever a
//        peer does, nothing is thrown; one that does not end its side in time is cut off.
// Source: RFC 6455, 5.5 "Control Frames" and 7 "Closing the Connection"

import type { Duplex } from "node:stream";
import {
  type Alarm,
  type Cancel,
  type Clock,
  type DecoderRules,
  EncodedFrame,
  encodeCloseFrame,
  encodeControlFrame,
  FrameDecoder,
  FrameError,
  type FrameEvents,
  type FrameFault,
  NO_CODE,
  type Outgoing,
  PING,
  PONG,
} from "@bowline/protocol/internal";
import type { WebSocketEvents, WebSocketPort } from "../../engine/http-exchange.ts";
import type { FrameWriter } from "./frame-writer.ts";
import { type FaceHost, WebSocketFace } from "./websocket-face.ts";

/** How long a peer has to end its side of the connection once the system has all that is for it, in milliseconds. */
const CLOSE_TIMEOUT_MS = 5000;
/** The same while something is left to write. */
const MOST_CLOSE_TIMEOUTS = 6;
const NO_BYTES = Buffer.alloc(0);
/** What a peer has said that ended without a close frame (7.1.5). */
const NO_FAREWELL: Farewell = [1006, ""];

/** What a close frame says. */
type Farewell = readonly [code: number, reason: string];

/** What all connections of an engine share. */
export interface FramingParts {
  readonly writer: FrameWriter;
  readonly rules: DecoderRules<Buffer>;
  readonly clock: Clock;
}

const PORT = Symbol("bowline.webSocket");

/** A connection that carries a WebSocket. */
interface PortSocket extends Duplex {
  [PORT]?: FramedWebSocket;
}

// The listeners of all connections: a function of its own for each would be memory that lies idle.
function onData(this: PortSocket, chunk: Buffer): void {
  this[PORT]?.received(chunk);
}

function onEnd(this: PortSocket): void {
  this[PORT]?.peerEnded();
}

function onError(this: PortSocket, error: Error): void {
  this[PORT]?.broke(error);
}

function onClose(this: PortSocket): void {
  this[PORT]?.gone();
}

function isOfWriting(error: Error): boolean {
  return Reflect.get(error, "syscall") === "write";
}

/** The server's end of a WebSocket. */
export class FramedWebSocket implements WebSocketPort, FrameEvents, FaceHost, Alarm {
  readonly socket: Duplex;
  /** The subprotocol that was chosen; empty where there is none. */
  readonly protocol: string;
  readonly #parts: FramingParts;
  readonly #decoder: FrameDecoder<Buffer>;
  #state: "open" | "closing" | "ending" | "gone" = "open";
  #events: WebSocketEvents | undefined;
  /** The answer to the handshake, until the first batch takes it along. */
  #head: string | undefined;
  /** The last ping that has no answer yet. */
  #unanswered: Uint8Array | undefined;
  #isPongUnsent = false;
  #stopTimer: Cancel | undefined;
  #face: WebSocketFace | undefined;
  /** What the peer's close frame said. */
  #farewell: Farewell = NO_FAREWELL;

  /** @param head the answer to the handshake, which leaves with what is sent in this turn. */
  constructor(socket: Duplex, head: string, protocol: string, parts: FramingParts) {
    this.socket = socket;
    this.protocol = protocol;
    this.#parts = parts;
    this.#decoder = new FrameDecoder(parts.rules);
    this.#head = head;
  }

  /** Begins to read. @param first what has come in behind the request. */
  start(first: Buffer): void {
    const socket: PortSocket = this.socket;
    socket[PORT] = this;
    if (first.length > 0) socket.unshift(first);
    socket.on("error", onError);
    socket.on("close", onClose);
    socket.on("end", onEnd);
    socket.on("data", onData);
  }

  /**
   * The turn ends: the answer to the handshake leaves by itself, where nothing has taken it along, and a peer that has left
   * is told of.
   */
  ring(): void {
    if (this.#state === "ending") this.#tell();
    else if (this.#head !== undefined) this.#write(NO_BYTES);
  }

  get native(): WebSocketFace {
    this.#face ??= new WebSocketFace(this);
    return this.#face;
  }

  get readyState(): 1 | 2 | 3 {
    if (this.#state === "open") return 1;
    return this.#state === "gone" ? 3 : 2;
  }

  listen(events: WebSocketEvents): void {
    this.#events = events;
  }

  send(batch: readonly Outgoing[], done: (failure?: Error) => void): void {
    if (this.#state === "open") this.#write(this.#parts.writer.write(batch), done);
    else {
      // What could not be sent is no failure of the connection where the peer has left in this very turn.
      if (this.#state === "ending") this.#tell();
      done(new Error("The WebSocket is not open any more"));
    }
  }

  ping(payload: Uint8Array): void {
    this.#face?.emit("ping", payload);
    this.#unanswered = payload;
  }

  pong(payload: Uint8Array): void {
    this.#face?.emit("pong", payload);
  }

  text(text: string): void {
    this.#events?.message(text);
    this.#face?.emit("message", Buffer.from(text), false);
  }

  binary(bytes: Uint8Array): void {
    this.#events?.message(bytes);
    this.#face?.emit("message", bytes, true);
  }

  closeFrame(code: number, reason: string): void {
    this.#farewell = [code, reason];
    // 5.5.1: who receives a close frame first answers it with the same; 7.1.1: the server ends the connection.
    if (this.#state === "open") this.#write(encodeCloseFrame(code, reason));
    this.#leave();
  }

  failed(fault: FrameFault): void {
    const error = new FrameError(fault);
    if (this.#state === "open") this.#write(encodeCloseFrame(fault.closeCode));
    this.#end();
    if (this.#face !== undefined && this.#face.listenerCount("error") > 0) this.#face.emit("error", error);
    this.#tell(error);
  }

  close(code: number = NO_CODE, reason: string = ""): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#write(encodeCloseFrame(code, reason));
    this.#startTimer();
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  sendMessage(data: string | Uint8Array, done: (failure?: Error) => void): void {
    this.send([{ frames: [new EncodedFrame(data)], compress: false }], done);
  }

  sendHeartbeat(kind: "ping" | "pong", payload: Uint8Array, done: (failure?: Error) => void): void {
    if (this.#state === "open") this.#write(encodeControlFrame(kind === "ping" ? PING : PONG, payload), done);
    else done(new Error("The WebSocket is not open any more"));
  }

  /** Bytes have come in. */
  received(chunk: Buffer): void {
    this.#decoder.add(chunk, this);
    if (this.#unanswered !== undefined) this.#answerPing();
  }

  /** The peer sends nothing more. */
  peerEnded(): void {
    this.#leave();
  }

  /** The connection has failed. */
  broke(error: Error): void {
    // One of reading is how peers leave; what could not be written was lost.
    this.#tell(isOfWriting(error) ? error : undefined);
  }

  /** The connection is gone. */
  gone(): void {
    this.#state = "gone";
    this.#decoder.stop();
    this.#stopTimer?.();
    this.#tell();
    const [code, reason] = this.#farewell;
    this.#face?.emit("close", code, Buffer.from(reason));
  }

  #write(bytes: Uint8Array, done?: (failure?: Error) => void): void {
    const { socket } = this;
    const head = this.#head;
    this.#head = undefined;
    socket.write(head === undefined ? bytes : Buffer.concat([Buffer.from(head, "latin1"), bytes]));
    if (done === undefined) return;
    // Nothing is left to write: the system has it all already, and to be called back would cost a turn.
    if (socket.writableLength === 0 && !socket.destroyed) done(socket.errored ?? undefined);
    else socket.write(NO_BYTES, (error) => done(error ?? undefined));
  }

  /** 5.5.3: one answer to the last ping stands for those before it. A peer that reads none is not to be sent more. */
  #answerPing(): void {
    const payload = this.#unanswered;
    if (payload === undefined || this.#isPongUnsent || this.#state !== "open") return;
    this.#unanswered = undefined;
    this.#isPongUnsent = true;
    this.#write(encodeControlFrame(PONG, payload), () => {
      this.#isPongUnsent = false;
      this.#answerPing();
    });
  }

  /** The peer has left; what it has sent before is acted on first, also by promises of the program. */
  #leave(): void {
    this.#end();
    this.#parts.clock.turnEnd(this);
  }

  /** Ends our side; the peer has its time to end its own. */
  #end(): void {
    // Node makes an error, with its stack, of a connection that is ended twice, as each would be whose peer ends it too.
    if (this.#state === "ending") return;
    this.#state = "ending";
    this.#decoder.stop();
    this.#startTimer();
    this.socket.end();
  }

  #startTimer(): void {
    this.#stopTimer ??= this.#wait(MOST_CLOSE_TIMEOUTS);
  }

  /** A peer that answers no close frame is not waited for; one that is slow to take what is for it is, for a while. */
  #wait(timeouts: number): Cancel {
    return this.#parts.clock.coarse(CLOSE_TIMEOUT_MS, () => {
      if (this.socket.writableLength > 0 && timeouts > 1) this.#stopTimer = this.#wait(timeouts - 1);
      else this.socket.destroy();
    });
  }

  /** Tells the listener, once, that nothing more will come. */
  #tell(error?: Error): void {
    const events = this.#events;
    this.#events = undefined;
    events?.closed(error);
  }
}
