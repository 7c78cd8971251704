// WebSocket as bytes: frames that a WebSocket library would refuse to send.
// Place: attacker -> **bytes** -> the server's WebSocket -> engine dialect
// Rules: the masking key is zero, so that a frame holds its payload as it is and mutations hit what they aim at.

import { openRaw, type RawConnection, readReplies } from "./raw-http.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
const TEXT = 1;
const BINARY = 2;
const MASKED = 0x80;
const FINAL = 0x80;

/** How a frame departs from an ordinary one. */
export interface FrameShape {
  readonly opcode?: number;
  readonly isFinal?: boolean;
  /** The three reserved bits, as in the first byte. */
  readonly reserved?: number;
  readonly isMasked?: boolean;
  /** What the header claims, in place of the true length. */
  readonly declaredLength?: bigint;
}

/** The bytes of a frame from a client. */
export function frame(payload: string | Uint8Array, shape: FrameShape = {}): Buffer {
  const bytes = Buffer.from(payload);
  const opcode = shape.opcode ?? (typeof payload === "string" ? TEXT : BINARY);
  const first = (shape.isFinal === false ? 0 : FINAL) | (shape.reserved ?? 0) | opcode;
  const mask = shape.isMasked === false ? 0 : MASKED;
  const length = shape.declaredLength ?? BigInt(bytes.length);
  let head: Buffer;
  if (length < 126n) head = Buffer.from([first, mask | Number(length)]);
  else if (length < 65_536n) {
    head = Buffer.from([first, mask | 126, 0, 0]);
    head.writeUInt16BE(Number(length), 2);
  } else {
    head = Buffer.concat([Buffer.from([first, mask | 127]), Buffer.alloc(8)]);
    head.writeBigUInt64BE(length, 2);
  }
  return Buffer.concat([head, mask === 0 ? Buffer.alloc(0) : Buffer.alloc(4), bytes]);
}

/** The bytes of a request to become a WebSocket. */
export function upgradeRequest(target: string, headers = ""): Buffer {
  return Buffer.from(
    `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${KEY}\r\n${headers}\r\n`,
    "latin1",
  );
}

/** One frame from the server. */
export interface ReceivedFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Takes the server's frames apart; a frame that is not complete yet is left out. */
export function readFrames(bytes: Buffer): readonly ReceivedFrame[] {
  const frames: ReceivedFrame[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const short = bytes.readUInt8(at + 1) & 0x7f;
    const headLength = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (at + headLength > bytes.length) break;
    const length =
      short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : short;
    const start = at + headLength;
    if (start + length > bytes.length) break;
    frames.push({ opcode: bytes.readUInt8(at) & 0x0f, payload: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return frames;
}

/** A WebSocket of which the attacker holds the bytes. */
export interface RawWebSocket {
  readonly connection: RawConnection;
  /** The text messages so far. */
  readonly texts: readonly string[];
  /** The code of the server's close frame: 1005 when it has none, undefined when there was no close frame. */
  readonly closeCode: number | undefined;
  write(...frames: readonly Uint8Array[]): void;
  /** Resolves once a text message fits, or fails to come; tells whether it came. */
  heard(pattern: RegExp): Promise<boolean>;
  /** Resolves once the server has sent a close frame or ended the connection; tells whether it did. */
  dismissed(): Promise<boolean>;
}

const PATIENCE_MS = 3000;

/**
 * Opens a WebSocket.
 *
 * @param port - The victim's port.
 * @param target - The request's path and query.
 * @param headers - Lines that the request has besides.
 * @returns The WebSocket, after the server's 101.
 */
export async function openRawWebSocket(port: number, target: string, headers = ""): Promise<RawWebSocket> {
  const connection = await openRaw(port);
  const frames = () => readFrames(readReplies(connection.received).frames);
  const texts = () => frames().flatMap(({ opcode, payload }) => (opcode === TEXT ? [payload.toString()] : []));
  const closeFrame = () => frames().find(({ opcode }) => opcode === 8);
  connection.socket.write(upgradeRequest(target, headers));
  await connection.quiet((received) => received.includes("\r\n\r\n"), PATIENCE_MS);
  return {
    connection,
    get texts() {
      return texts();
    },
    get closeCode() {
      const found = closeFrame();
      if (found === undefined) return undefined;
      return found.payload.length >= 2 ? found.payload.readUInt16BE(0) : 1005;
    },
    write(...sent) {
      connection.socket.write(Buffer.concat(sent));
    },
    async heard(pattern) {
      const fits = () => texts().some((text) => pattern.test(text));
      await connection.quiet(fits, PATIENCE_MS);
      return fits();
    },
    async dismissed() {
      const isOver = () => closeFrame() !== undefined || connection.socket.readableEnded || connection.socket.destroyed;
      await connection.quiet(isOver, PATIENCE_MS);
      return isOver();
    },
  };
}

/** The path and query of a WebSocket of its own. */
export function webSocketTarget(revision: 3 | 4, sid = ""): string {
  return `/socket.io/?EIO=${revision}&transport=websocket${sid === "" ? "" : `&sid=${sid}`}`;
}

/** Opens a WebSocket session and joins the main namespace. */
export async function joinByWebSocket(port: number, revision: 3 | 4): Promise<RawWebSocket> {
  const webSocket = await openRawWebSocket(port, webSocketTarget(revision));
  if (revision === 4) webSocket.write(frame("40"));
  if (!(await webSocket.heard(/^40/))) throw new Error(`Cannot join by WebSocket in revision ${revision}`);
  return webSocket;
}
