// A client's WebSocket over a bare TCP socket: the least a client can do, so that one process can play thousands.
// Place: scenario -> **WebSocket line** -> frames -> bytes
// Rules: all lines read into one buffer, which is taken apart before the next one reads; a heartbeat is answered; what
//        the server does wrong is told to the owner once.

import { connect, type Socket } from "node:net";
import { CLOSE, clientFrame, type FrameListener, readFrames, TEXT } from "./frames.ts";
import { readAnswer } from "./http.ts";

/** What is told of a line. */
export interface LineOwner {
  /** The greeting is over: messages may be written. */
  ready(line: WebSocketLine): void;
  /** A message came, other than a heartbeat: `bytes` between `start` and `end`, good until this returns. */
  message(line: WebSocketLine, opcode: number, bytes: Buffer, start: number, end: number): void;
  /** The line has ended, whoever wanted it. */
  closed(line: WebSocketLine): void;
  failed(reason: string): void;
}

/**
 * What is said before a line is ready: nothing; our CONNECT and the server's; the server's alone; or the probe of an
 * upgrade, which the owner completes.
 */
export type Greeting = "none" | "join" | "listen" | "probe";

type Phase = "upgrading" | "greeting" | "ready" | "closing";

const JOIN = clientFrame(TEXT, "40");
const PONG = clientFrame(TEXT, "3");
const PROBE = clientFrame(TEXT, "2probe");
const GOODBYE = clientFrame(CLOSE, new Uint8Array([0x03, 0xe8]));

const shared = Buffer.allocUnsafeSlow(256 * 1024);

const ZERO = 0x30;
const TWO = 0x32;
const THREE = 0x33;
const FOUR = 0x34;

function upgradeRequest(port: number, target: string): string {
  return (
    `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nUser-Agent: bench\r\n\r\n"
  );
}

/** One client's WebSocket. */
export class WebSocketLine implements FrameListener {
  /** When it began to connect, or when the owner last wrote a message it waits for. */
  sentAt: number = performance.now();
  readonly #socket: Socket;
  readonly #owner: LineOwner;
  readonly #greeting: Greeting;
  readonly #join: Buffer;
  #phase: Phase = "upgrading";
  #rest: Buffer | undefined;

  /** @param join - What is said to join, where that is not the main namespace. */
  constructor(port: number, target: string, greeting: Greeting, owner: LineOwner, join: Buffer = JOIN) {
    this.#owner = owner;
    this.#join = join;
    this.#greeting = greeting;
    this.#socket = connect({
      port,
      host: "127.0.0.1",
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (length) => {
          this.#received(length);
          return true;
        },
      },
    });
    this.#socket.on("error", (error) => this.#failed(error.message));
    this.#socket.on("close", () => this.#closed());
    this.#socket.write(upgradeRequest(port, target), "latin1");
  }

  write(frames: Buffer): void {
    this.#socket.write(frames);
  }

  /** Says goodbye; the server ends the connection. */
  close(): void {
    this.#phase = "closing";
    this.#socket.write(GOODBYE);
  }

  /** Ends the connection without a word. */
  destroy(): void {
    this.#phase = "closing";
    this.#socket.destroy();
  }

  /** A whole frame has come. */
  frame(opcode: number, bytes: Buffer, start: number, end: number): void {
    if (opcode === CLOSE) {
      if (this.#phase !== "closing") this.#failed("the server said goodbye");
      return;
    }
    switch (this.#phase) {
      case "ready":
        if (end - start === 1 && this.#greeting !== "none") this.#heartbeat(bytes.readUInt8(start));
        else this.#owner.message(this, opcode, bytes, start, end);
        return;
      case "greeting":
        this.#greeted(bytes, start);
        return;
      default:
        return;
    }
  }

  #heartbeat(letter: number): void {
    if (letter === TWO) this.#socket.write(PONG);
  }

  #greeted(bytes: Buffer, start: number): void {
    const first = bytes.readUInt8(start);
    if (first === ZERO && this.#greeting === "join") this.#socket.write(this.#join);
    else if (first === (this.#greeting === "probe" ? THREE : FOUR)) this.#ready();
  }

  #ready(): void {
    this.#phase = "ready";
    this.#owner.ready(this);
  }

  #received(length: number): void {
    let bytes = shared;
    let total = length;
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, shared.subarray(0, length)]);
      total = bytes.length;
      this.#rest = undefined;
    }
    const from = this.#phase === "upgrading" ? this.#upgraded(bytes, total) : 0;
    const at = from === -1 ? 0 : readFrames(bytes, from, total, this);
    if (at < total) this.#rest = Buffer.from(bytes.subarray(at, total));
  }

  /** Where the frames begin, -1 while the answer is not whole. */
  #upgraded(bytes: Buffer, length: number): number {
    const answer = readAnswer(bytes.toString("latin1", 0, length));
    if (answer === undefined) return -1;
    if (answer.status !== 101) this.#failed(`the server answered ${answer.status} to the upgrade`);
    this.#phase = "greeting";
    if (this.#greeting === "none") this.#ready();
    else if (this.#greeting === "probe") this.#socket.write(PROBE);
    return answer.end;
  }

  #failed(reason: string): void {
    if (this.#phase === "closing") return;
    this.#phase = "closing";
    this.#owner.failed(reason);
  }

  #closed(): void {
    if (this.#phase !== "closing") this.#failed("the server ended the connection");
    this.#owner.closed(this);
  }
}
