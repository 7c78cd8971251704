// WebSocket frames by hand: made once and written many times, taken apart without a copy.
// Place: load process -> connection -> **frames** -> bytes
// Rules: a client's frames are masked, always with the same key, since unmasking costs a server the same for any key;
//        a server's frames are not masked; fragments are not joined, since no peer sends any at these sizes.

/** Opcode of a text message. */
export const TEXT = 1;
/** Opcode of a message of bytes. */
export const BINARY = 2;
/** Opcode of a goodbye. */
export const CLOSE = 8;

/** More than any scenario sends at once. */
const MOST_BYTES = 0xff_ffff;

const KEY: readonly [number, number, number, number] = [0x12, 0x34, 0x56, 0x78];

/** The bytes before a payload, without a mask. */
function head(opcode: number, length: number): Buffer {
  if (length > MOST_BYTES) throw new RangeError(`Cannot frame ${length} bytes: give at most ${MOST_BYTES}`);
  if (length < 126) return Buffer.from([0x80 | opcode, length]);
  if (length <= 0xffff) return Buffer.from([0x80 | opcode, 126, length >> 8, length & 0xff]);
  const long = Buffer.alloc(10);
  long.set([0x80 | opcode, 127]);
  long.writeUInt32BE(length, 6);
  return long;
}

/** A masked frame, as a client sends it. */
export function clientFrame(opcode: number, payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload);
  const start = head(opcode, bytes.length);
  start[1] = 0x80 | start.readUInt8(1);
  return Buffer.concat([start, Buffer.from(KEY), bytes.map((byte, at) => byte ^ (KEY[at & 3] ?? 0))]);
}

/** A frame as a server sends it. */
export function serverFrame(opcode: number, payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([head(opcode, bytes.length), bytes]);
}

/** Takes whole frames out of `bytes`. */
export interface FrameListener {
  /** The payload is `bytes` between `start` and `end`, good until this returns. */
  frame(opcode: number, bytes: Buffer, start: number, end: number): void;
}

/**
 * Hands every whole frame from a server to a listener.
 *
 * @param bytes - What was received.
 * @param length - How many of these bytes count.
 * @param listener - Told of each frame in order.
 * @returns Where the first frame begins that is not whole yet; `length` when all are.
 */
export function readFrames(bytes: Buffer, from: number, length: number, listener: FrameListener): number {
  let at = from;
  while (at + 2 <= length) {
    const short = bytes.readUInt8(at + 1) & 0x7f;
    const headLength = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (at + headLength > length) break;
    const start = at + headLength;
    const end =
      start + (short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? bytes.readUInt32BE(at + 6) : short);
    if (end > length) break;
    listener.frame(bytes.readUInt8(at) & 0x0f, bytes, start, end);
    at = end;
  }
  return at;
}
