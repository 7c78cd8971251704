// What workers and the hub say to each other, as bytes: frames, each with its kind and its fields, one behind the other.
// Place: bus -> **frame** -> link -> the hub of the primary, and back the same way
// Rules: links carry nothing but bytes, so that every channel between processes does; each field says what it is, so that
//        later versions may add some; whatever comes in is checked, and bytes that are kept for longer are copied.

import { decodeUtf8, encodeUtf8 } from "@bowline/protocol/internal";

/** The version of this form; both sides of a link come with one program. */
export const VERSION = 1;

/** The kinds of frames. Those from PUBLISH to WILL are requests, which are answered in their order. */
export const Kind = {
  /** A worker begins, or begins anew: version, and the number of this attempt. */
  HELLO: 1,
  /** A topic and bytes for all others who have joined it. */
  PUBLISH: 2,
  /** A topic. */
  JOIN: 3,
  /** A topic. */
  LEAVE: 4,
  /** A topic; the answer is a count. */
  COUNT: 5,
  /** A topic and bytes; the answer is an offset. */
  APPEND: 6,
  /** A topic, and the offset behind which it goes on, or an empty text; the answer is an offset, and 1 where there is a gap. */
  FOLLOW: 7,
  /** A topic. */
  UNFOLLOW: 8,
  /** A topic, the offset behind which, and that up to which, or an empty text; the answer: up to which, 1 where there is more, offsets and bytes. */
  READ: 9,
  /** A topic and an offset; the answer is 1 or 0. */
  REACHES: 10,
  /** A key, a value, its fence, for how many milliseconds. */
  PUT: 11,
  /** A key; the answer is nothing, or a value and a fence. */
  TAKE: 12,
  /** A key and a fence. */
  DROP: 13,
  /** A key; as TAKE, but the value stays. */
  CLAIM: 14,
  /** A topic and bytes that are published when the worker's link ends. */
  WILL: 15,
  /** A worker has been let in: version, the number of its attempt, the longest message. */
  WELCOME: 32,
  /** So many requests are done. */
  DONE: 33,
  /** The answer to the next request. */
  ANSWER: 34,
  /** Why the next request is not done. */
  REFUSED: 35,
  /** A topic and bytes of somebody else. */
  MESSAGE: 36,
  /** A topic, an offset and bytes of the log. */
  ENTRY: 37,
  /** A topic: entries have gone before they could be told. */
  GAP: 38,
  /** So many messages were dropped, since the worker did not take them in time. */
  LOST: 39,
  /** The hub knows nothing of the worker, which has to begin anew. */
  RESET: 40,
} as const;

/** The number of a kind of frames. */
export type Kind = (typeof Kind)[keyof typeof Kind];

/** A field of a frame. */
export type Field = number | string | Uint8Array;

/** A frame that has been read. */
export interface Frame {
  readonly kind: number;
  readonly fields: readonly Field[];
}

/** The bytes before each frame: its length. */
const HEAD_BYTES = 4;
const NUMBER = 0;
const TEXT = 1;
const BYTES = 2;
/** A tag and eight bytes, or a tag and a length. */
const NUMBER_BYTES = 9;
const LENGTH_BYTES = 5;

function putUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Writes a frame. The bytes are its own, from the first to the last one of their buffer. */
export function encodeFrame(kind: Kind, ...fields: readonly Field[]): Uint8Array {
  const written: (number | Uint8Array)[] = [];
  let length = HEAD_BYTES + 1;
  for (const field of fields) {
    const value = typeof field === "string" ? encodeUtf8(field) : field;
    length += typeof value === "number" ? NUMBER_BYTES : LENGTH_BYTES + value.byteLength;
    written.push(value);
  }
  const frame = new Uint8Array(length);
  putUint32(frame, 0, length - HEAD_BYTES);
  frame[HEAD_BYTES] = kind;
  let at = HEAD_BYTES + 1;
  let index = 0;
  for (const field of written) {
    if (typeof field === "number") {
      frame[at] = NUMBER;
      viewOf(frame).setFloat64(at + 1, field);
      at += NUMBER_BYTES;
    } else {
      frame[at] = typeof fields[index] === "string" ? TEXT : BYTES;
      putUint32(frame, at + 1, field.byteLength);
      frame.set(field, at + LENGTH_BYTES);
      at += LENGTH_BYTES + field.byteLength;
    }
    index += 1;
  }
  return frame;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function cutOff(): SyntaxError {
  return new SyntaxError("Cannot read what came over the link: a frame is cut off");
}

/**
 * How many bytes at the beginning are whole frames.
 * @throws SyntaxError when a frame says that it is longer than that.
 */
export function wholeFramesLength(bytes: Uint8Array, longestFrame: number): number {
  const view = viewOf(bytes);
  let at = 0;
  while (at + HEAD_BYTES <= bytes.byteLength) {
    const length = view.getUint32(at);
    if (length > longestFrame) {
      throw new SyntaxError(
        `Cannot read what came over the link: a frame of ${length} bytes, ${longestFrame} is the most`,
      );
    }
    if (at + HEAD_BYTES + length > bytes.byteLength) break;
    at += HEAD_BYTES + length;
  }
  return at;
}

/** Whether the first frame of a batch is a hello: nobody else begins. */
export function beginsWithHello(batch: Uint8Array): boolean {
  return batch[HEAD_BYTES] === Kind.HELLO;
}

/**
 * Reads whole frames.
 * @returns frames whose bytes are parts of what was handed in.
 * @throws SyntaxError at the first one that cannot be read.
 */
export function* decodeFrames(bytes: Uint8Array): Generator<Frame, void, undefined> {
  const view = viewOf(bytes);
  let at = 0;
  while (at < bytes.byteLength) {
    if (at + HEAD_BYTES >= bytes.byteLength) throw cutOff();
    const end = at + HEAD_BYTES + view.getUint32(at);
    if (end > bytes.byteLength || end === at + HEAD_BYTES) throw cutOff();
    yield { kind: view.getUint8(at + HEAD_BYTES), fields: readFields(bytes, view, at + HEAD_BYTES + 1, end) };
    at = end;
  }
}

function readFields(bytes: Uint8Array, view: DataView, from: number, end: number): Field[] {
  const fields: Field[] = [];
  let at = from;
  while (at < end) {
    if (at + LENGTH_BYTES > end) throw cutOff();
    const tag = view.getUint8(at);
    if (tag === NUMBER) {
      if (at + NUMBER_BYTES > end) throw cutOff();
      fields.push(view.getFloat64(at + 1));
      at += NUMBER_BYTES;
    } else if (tag === TEXT || tag === BYTES) {
      const start = at + LENGTH_BYTES;
      at = start + view.getUint32(at + 1);
      if (at > end) throw cutOff();
      const field = bytes.subarray(start, at);
      fields.push(tag === TEXT ? decodeUtf8(field) : field);
    } else {
      throw new SyntaxError(`Cannot read what came over the link: a field of the unknown kind ${tag}`);
    }
  }
  return fields;
}

function wrongField(frame: Frame, index: number): SyntaxError {
  return new SyntaxError(`Cannot read what came over the link: field ${index} of a frame of kind ${frame.kind}`);
}

/** A field that is a text. @throws SyntaxError where it is none. */
export function textAt(frame: Frame, index: number): string {
  const field = frame.fields[index];
  if (typeof field !== "string") throw wrongField(frame, index);
  return field;
}

/** A field that is a number. @throws SyntaxError where it is none. */
export function numberAt(frame: Frame, index: number): number {
  const field = frame.fields[index];
  if (typeof field !== "number" || Number.isNaN(field)) throw wrongField(frame, index);
  return field;
}

/** A field that is bytes. @throws SyntaxError where it is none. */
export function bytesAt(frame: Frame, index: number): Uint8Array {
  const field = frame.fields[index];
  if (!(field instanceof Uint8Array)) throw wrongField(frame, index);
  return field;
}
