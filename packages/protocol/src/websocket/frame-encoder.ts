// The bytes in front of what a server sends over WebSocket, and its control frames: unmasked, never fragmented.
// Place: bytes <- **frame encoder** <- websocket carrier
// Rules: the shortest form of each length; text is written by the runtime, behind a header that it has left room for.
// Source: RFC 6455, 5.1 "Overview", 5.2 "Base Framing Protocol" and 5.5 "Control Frames"

import { encodeUtf8 } from "../shared/bytes.ts";
import {
  BINARY,
  CLOSE,
  FIN,
  LARGEST_16,
  LARGEST_SHORT,
  LENGTH_16,
  LENGTH_64,
  NO_CODE,
  type PING,
  type PONG,
  TEXT,
} from "./opcodes.ts";

/** How many bytes the header in front of a payload has. */
export function frameHeaderBytes(payload: number): number {
  if (payload <= LARGEST_SHORT) return 2;
  return payload <= LARGEST_16 ? 4 : 10;
}

/**
 * Writes the header of a message that is one frame.
 * @param at where it begins.
 * @param payload how many bytes follow it.
 * @returns where the payload begins.
 */
export function writeFrameHeader(target: Uint8Array, at: number, isText: boolean, payload: number): number {
  target[at] = FIN | (isText ? TEXT : BINARY);
  if (payload <= LARGEST_SHORT) {
    target[at + 1] = payload;
    return at + 2;
  }
  const bytes = payload <= LARGEST_16 ? 2 : 8;
  target[at + 1] = bytes === 2 ? LENGTH_16 : LENGTH_64;
  for (let last = at + 1 + bytes, rest = payload; last > at + 1; last--, rest = Math.floor(rest / 256)) {
    target[last] = rest % 256;
  }
  return at + 2 + bytes;
}

/** A control frame. @param payload 125 bytes at most. */
export function encodeControlFrame(opcode: typeof PING | typeof PONG | typeof CLOSE, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(2 + payload.length);
  frame[0] = FIN | opcode;
  frame[1] = payload.length;
  frame.set(payload, 2);
  return frame;
}

/**
 * A close frame.
 * @param code 1005 for none.
 * @param reason 123 bytes at most; not sent without a code.
 */
export function encodeCloseFrame(code: number, reason: string = ""): Uint8Array {
  if (code === NO_CODE) return encodeControlFrame(CLOSE, new Uint8Array(0));
  const text = encodeUtf8(reason);
  const payload = new Uint8Array(2 + text.length);
  payload[0] = code >> 8;
  payload[1] = code;
  payload.set(text, 2);
  return encodeControlFrame(CLOSE, payload);
}
