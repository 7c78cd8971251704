// Takes a stream of bytes apart into WebSocket messages and control frames.
// Place: **bytes -> frame decoder** -> websocket carrier -> engine dialect
//
//   between --header cut off--> header --rest of it--> between        between, header --payload cut off--> payload
//   payload --rest of it--> between                                    any --fault, close frame, stop()--> ended
//
// Rules: a chunk is unmasked where it lies, so it belongs to the decoder; nothing is told of before it is whole; a limit
//        counts bytes, never pieces; the first fault is the last thing that is told.
// Source: RFC 6455, 5 "Data Framing", 6.2 "Receiving Data" and 7.1.7 "Fail the WebSocket Connection"

import { byteAt, concatBytes } from "../shared/bytes.ts";
import { FAULTS, type FrameFault, isSendableCloseCode } from "./faults.ts";
import { Gathering } from "./gathering.ts";
import { applyMask, rotateKey } from "./masking.ts";
import {
  BINARY,
  CONTINUATION,
  FIN,
  LARGEST_SHORT,
  LENGTH_16,
  LENGTH_64,
  MASK,
  NO_CODE,
  PING,
  PONG,
  TEXT,
} from "./opcodes.ts";

/** What comes out of a stream. Bytes that are handed out are the listener's for good. */
export interface FrameEvents {
  text(text: string): void;
  binary(bytes: Uint8Array): void;
  ping(payload: Uint8Array): void;
  pong(payload: Uint8Array): void;
  /** The peer says goodbye; the code is 1005 where it gives none (7.1.5). Nothing follows. */
  closeFrame(code: number, reason: string): void;
  /** The peer has broken a rule: the connection is to be closed with the code of the fault. Nothing follows. */
  failed(fault: FrameFault): void;
}

/** A platform's way with bytes. */
export interface BytesReader<Bytes extends Uint8Array> {
  /** Memory of exactly this size, for content to come. */
  allocate(count: number): Bytes;
  /** Reads bytes that are all below 0x80. */
  ascii(bytes: Bytes, from: number, to: number): string;
  /** Reads UTF-8; undefined where it is not well-formed. */
  utf8(bytes: Bytes, from: number, to: number): string | undefined;
}

/** What all streams of one kind have in common. */
export interface DecoderRules<Bytes extends Uint8Array> {
  /** Who reads: frames for a server are masked, those for a client are not (5.1). */
  readonly reader: "server" | "client";
  /** Most bytes of a message, however many frames it comes in. */
  readonly maxMessageBytes: number;
  readonly bytes: BytesReader<Bytes>;
}

const FIN_TEXT = FIN | TEXT;
const OPCODE = 0x0f;
const CONTROL = 0x08;
const LENGTH = 0x7f;
const FIRST_RESERVED = 0x40;
const RESERVED = 0x30;
const KEY_BYTES = 4;
const LONGEST_HEADER = 14;
/** What the headers of a message may cost where its limit is lower: a peer may cut a short message as small as it likes. */
const LEAST_OVERHEAD = 0x4000;
const SMALLEST_UNSAFE_HIGH_WORD = 0x20_0000;

/** A frame whose header has been read. */
interface Header {
  readonly opcode: number;
  readonly isFinal: boolean;
  /** Bytes of the header itself. */
  readonly size: number;
  /** Bytes of the payload. */
  readonly length: number;
  readonly key: number;
}

/** A frame of which the payload goes to where it is gathered. */
interface Payload<Bytes extends Uint8Array> {
  readonly at: "payload";
  readonly isFinal: boolean;
  readonly gathering: Gathering<Bytes>;
  /** Bytes that have not come yet. */
  readonly missing: number;
  readonly key: number;
}

type State<Bytes extends Uint8Array> =
  | { readonly at: "between" }
  | { readonly at: "header"; readonly kept: Uint8Array }
  | Payload<Bytes>
  | { readonly at: "ended" };

const BETWEEN = { at: "between" } as const;
const ENDED = { at: "ended" } as const;

function wordAt(bytes: Uint8Array, at: number): number {
  const high = (byteAt(bytes, at) << 24) | (byteAt(bytes, at + 1) << 16);
  return (high | (byteAt(bytes, at + 2) << 8) | byteAt(bytes, at + 3)) >>> 0;
}

function extendedLengthBytes(short: number): number {
  if (short <= LARGEST_SHORT) return 0;
  return short === LENGTH_16 ? 2 : 8;
}

/**
 * Reads one direction of one connection.
 *
 * Hand in each chunk as it comes, with who is to be told, the same each time.
 */
export class FrameDecoder<Bytes extends Uint8Array = Uint8Array> {
  readonly #rules: DecoderRules<Bytes>;
  #state: State<Bytes> = BETWEEN;
  /** The fragments so far of a message that is not whole. */
  #message: Gathering<Bytes> | undefined;

  constructor(rules: DecoderRules<Bytes>) {
    this.#rules = rules;
  }

  /** Takes in a chunk, which is written to, and tells of all that became whole. */
  add(chunk: Bytes, events: FrameEvents): void {
    let at = this.#state === BETWEEN ? 0 : this.#goOn(chunk, events);
    while (at < chunk.length && this.#state === BETWEEN) at = this.#begin(chunk, at, events);
  }

  /** Lets go of what is kept, and reads nothing more. */
  stop(): void {
    this.#state = ENDED;
    this.#message = undefined;
  }

  /** Reads the frame that begins at `start`. @returns where the next one begins. */
  #begin(chunk: Bytes, start: number, events: FrameEvents): number {
    const { reader, maxMessageBytes } = this.#rules;
    const isMasked = reader === "server";
    const length = byteAt(chunk, start + 1) - (isMasked ? MASK : 0);
    const from = start + (isMasked ? 2 + KEY_BYTES : 2);
    const to = from + length;
    // Nearly all that is read: a short text, whole and masked as it should be, of which nothing has to be kept.
    const isShortText =
      byteAt(chunk, start) === FIN_TEXT && length >= 0 && length <= LARGEST_SHORT && to <= chunk.length;
    if (isShortText && length <= maxMessageBytes && this.#message === undefined) {
      const isAscii = isMasked && applyMask(chunk, from, to, wordAt(chunk, start + 2));
      this.#tellText(chunk, from, to, isAscii, events);
      return to;
    }
    const header = this.#readHeader(chunk, start, events);
    return header === undefined ? chunk.length : this.#readPayload(header, chunk, start + header.size, events);
  }

  /** Goes on with what the chunk before has cut off. @returns where the next frame begins. */
  #goOn(chunk: Bytes, events: FrameEvents): number {
    const state = this.#state;
    if (state.at === "payload") return this.#gather(state, chunk, 0, events);
    if (state.at !== "header") return chunk.length;
    const { kept } = state;
    const bytes = concatBytes([kept, chunk.subarray(0, LONGEST_HEADER - kept.length)]);
    const header = this.#readHeader(bytes, 0, events);
    return header === undefined ? chunk.length : this.#readPayload(header, chunk, header.size - kept.length, events);
  }

  /** @returns undefined where the header is cut off, or broken. */
  #readHeader(bytes: Uint8Array, at: number, events: FrameEvents): Header | undefined {
    const available = bytes.length - at;
    const first = byteAt(bytes, at);
    const second = byteAt(bytes, at + 1);
    // What two bytes tell needs no third one.
    const fault = available < 2 ? undefined : this.#faultOf(first, second);
    if (fault !== undefined) return this.#fail(fault, events);
    const isMasked = (second & MASK) !== 0;
    const short = second & LENGTH;
    const keyAt = at + 2 + extendedLengthBytes(short);
    const size = keyAt - at + (isMasked ? KEY_BYTES : 0);
    if (available < 2 || available < size) {
      this.#state = { at: "header", kept: concatBytes([bytes.subarray(at)]) };
      return undefined;
    }
    this.#state = BETWEEN;
    // 5.2 wants the shortest form of a length from who sends; small devices send a longer one, which is as clear.
    let length = short;
    if (short === LENGTH_16) length = wordAt(bytes, at + 2) >>> 16;
    else if (short === LENGTH_64) {
      const high = wordAt(bytes, at + 2);
      if (high >= SMALLEST_UNSAFE_HIGH_WORD) return this.#fail(FAULTS.frameLength, events);
      length = high * 0x1_0000_0000 + wordAt(bytes, at + 6);
    }
    const opcode = first & OPCODE;
    if (opcode < CONTROL && this.#isTooLong(size, length)) return this.#fail(FAULTS.messageLength, events);
    return { opcode, isFinal: first >= FIN, size, length, key: isMasked ? wordAt(bytes, keyAt) : 0 };
  }

  /** 10.4: whether a message becomes too long with a frame; fragments without content must end as well. */
  #isTooLong(size: number, length: number): boolean {
    const { maxMessageBytes } = this.#rules;
    if (this.#message === undefined) return length > maxMessageBytes;
    this.#message.overhead += size;
    const mostOverhead = Math.max(maxMessageBytes, LEAST_OVERHEAD);
    return this.#message.overhead > mostOverhead || this.#message.length + length > maxMessageBytes;
  }

  #faultOf(first: number, second: number): FrameFault | undefined {
    if ((first & FIRST_RESERVED) !== 0) return FAULTS.firstReservedBit;
    if ((first & RESERVED) !== 0) return FAULTS.reservedBits;
    const fault = (first & CONTROL) === 0 ? this.#dataFault(first & OPCODE) : controlFault(first, second & LENGTH);
    if (fault !== undefined) return fault;
    const isMasked = (second & MASK) !== 0;
    if (isMasked === (this.#rules.reader === "server")) return undefined;
    return isMasked ? FAULTS.masked : FAULTS.unmasked;
  }

  /** 5.4: a message is one frame of its kind, and continuations up to the one with FIN; no other message in between. */
  #dataFault(opcode: number): FrameFault | undefined {
    if (opcode > BINARY) return FAULTS.opcode;
    return (opcode === CONTINUATION) === (this.#message === undefined) ? FAULTS.opcode : undefined;
  }

  /** @param from where the payload begins. @returns where it ends, or the chunk does. */
  #readPayload(header: Header, chunk: Bytes, from: number, events: FrameEvents): number {
    const { opcode, isFinal, length, key } = header;
    const to = from + length;
    const isControl = opcode >= CONTROL;
    if (to <= chunk.length && (isControl || (isFinal && this.#message === undefined))) {
      this.#tell(opcode, chunk, from, to, applyMask(chunk, from, to, key), events);
      return to;
    }
    const { allocate } = this.#rules.bytes;
    const gathering = isControl ? new Gathering(opcode, allocate) : (this.#message ?? new Gathering(opcode, allocate));
    if (!isControl) this.#message = gathering;
    return this.#gather({ at: "payload", isFinal, gathering, missing: length, key }, chunk, from, events);
  }

  /** Puts aside what is there of a payload. @returns where it ends, or the chunk does. */
  #gather(payload: Payload<Bytes>, chunk: Bytes, from: number, events: FrameEvents): number {
    const { isFinal, gathering, key } = payload;
    const to = Math.min(from + payload.missing, chunk.length);
    const missing = payload.missing - (to - from);
    const most = isFinal ? gathering.length + payload.missing : this.#rules.maxMessageBytes;
    gathering.add(chunk.subarray(from, to), applyMask(chunk, from, to, key), most);
    if (missing > 0) {
      this.#state = { ...payload, missing, key: rotateKey(key, to - from) };
      return to;
    }
    this.#state = BETWEEN;
    if (isFinal) {
      if (gathering === this.#message) this.#message = undefined;
      this.#tell(gathering.opcode, gathering.take(), 0, gathering.length, gathering.isAscii, events);
    }
    return to;
  }

  #tell(opcode: number, bytes: Bytes, from: number, to: number, isAscii: boolean, events: FrameEvents): void {
    if (opcode === TEXT) this.#tellText(bytes, from, to, isAscii, events);
    else if (opcode === BINARY) events.binary(this.#own(bytes, from, to));
    else if (opcode === PING) events.ping(this.#own(bytes, from, to));
    else if (opcode === PONG) events.pong(this.#own(bytes, from, to));
    else this.#tellClose(bytes, from, to, events);
  }

  /** 8.1: a text that is no UTF-8 fails the connection. */
  #tellText(bytes: Bytes, from: number, to: number, isAscii: boolean, events: FrameEvents): void {
    const text = isAscii ? this.#rules.bytes.ascii(bytes, from, to) : this.#rules.bytes.utf8(bytes, from, to);
    if (text === undefined) this.#fail(FAULTS.utf8, events);
    else events.text(text);
  }

  /** 5.5.1: nothing, or a code and a reason in UTF-8. */
  #tellClose(bytes: Bytes, from: number, to: number, events: FrameEvents): void {
    const length = to - from;
    const code = length === 0 ? NO_CODE : wordAt(bytes, from) >>> 16;
    if (length === 1) this.#fail(FAULTS.controlLength, events);
    else if (length > 0 && !isSendableCloseCode(code)) this.#fail(FAULTS.closeCode, events);
    else {
      const reason = this.#rules.bytes.utf8(bytes, Math.min(from + 2, to), to);
      if (reason === undefined) this.#fail(FAULTS.utf8, events);
      else {
        this.stop();
        events.closeFrame(code, reason);
      }
    }
  }

  /** A payload as its reader's own: where it lies if there is little else, in memory of its own size otherwise. */
  #own(bytes: Bytes, from: number, to: number): Uint8Array {
    const payload = bytes.subarray(from, to);
    if (bytes.length - payload.length <= LONGEST_HEADER) return payload;
    const own = this.#rules.bytes.allocate(payload.length);
    own.set(payload);
    return own;
  }

  #fail(fault: FrameFault, events: FrameEvents): undefined {
    this.stop();
    events.failed(fault);
  }
}

/** 5.5: control frames are whole and short. */
function controlFault(first: number, short: number): FrameFault | undefined {
  if ((first & OPCODE) > PONG) return FAULTS.opcode;
  if (first < FIN) return FAULTS.fragmentedControl;
  return short > LARGEST_SHORT ? FAULTS.controlLength : undefined;
}
