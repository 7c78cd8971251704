// MessagePack in the making: heads, numbers, texts and bytes, written into blocks of memory.
// Place: bytes <- engine dialect <- session <- **socket codec** <- connection / namespace / socket
// Rules: the smallest form that holds a value; what is no Unicode becomes U+FFFD; messages stand one behind the other in a
//        block and are never written to again; a large message has a block of its own.
// Source: docs/protocol/parsers.md, "MessagePack"

import { writeUtf8, writeUtf8Part } from "../shared/bytes.ts";

const REPLACEMENT = 0xfffd;
const TWO_32 = 0x1_0000_0000;
/**
 * Messages are written one behind the other into blocks of memory, as Node does with small Buffers: setting memory aside
 * for each of them would take longer than to write it.
 */
const BLOCK_BYTES = 8192;
/** Up to here it is faster to write the letters one by one than to call the platform's encoder. */
const SHORT_TEXT_UNITS = 40;

interface Block {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** How many bytes have been handed out. */
  used: number;
}

function createBlock(byteLength: number): Block {
  const bytes = new Uint8Array(byteLength);
  return { bytes, view: new DataView(bytes.buffer), used: 0 };
}

/** Writes one message after the other. A writer whose message was broken off is of no use afterwards. */
export class MsgpackWriter {
  /** The block for small messages, which one of its own stands in for while a large message is written. */
  #block: Block = createBlock(BLOCK_BYTES);
  #bytes: Uint8Array = this.#block.bytes;
  #view: DataView = this.#block.view;
  /** Where the message begins that is being written; what is in front of it has been handed out. */
  #start = 0;
  #at = 0;

  /** How many bytes the message has so far. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** Ends a message. @returns its bytes, in memory that nothing is written to any more. */
  finish(): Uint8Array {
    const message = this.#bytes.subarray(this.#start, this.#at);
    if (this.#bytes === this.#block.bytes) {
      this.#block.used = this.#at;
      this.#start = this.#at;
      return message;
    }
    const blockBytes = this.#bytes.length;
    this.#use(this.#block);
    this.#at = this.#start;
    // A large message should not hold on to much more memory than it needs.
    return message.length * 2 < blockBytes ? message.slice() : message;
  }

  #use({ bytes, view, used }: Block): void {
    this.#bytes = bytes;
    this.#view = view;
    this.#start = used;
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return;
    const started = this.#bytes.subarray(this.#start, this.#at);
    // Twice what there is, so that each byte is copied a few times at most; and room for what follows a large value.
    const needed = Math.max(2 * started.length + count, started.length + count + 1024);
    const next = createBlock(Math.max(needed, BLOCK_BYTES));
    if (needed <= BLOCK_BYTES) this.#block = next;
    next.bytes.set(started);
    this.#use(next);
    this.#at = started.length;
  }

  /** One byte; of a negative number, its lowest eight bits. */
  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = byte;
  }

  /** A type, and a number in as many bytes as are given. */
  head(type: number, value: number, byteLength: 1 | 2 | 4): void {
    this.#reserve(5);
    const at = this.#at;
    this.#bytes[at] = type;
    if (byteLength === 1) this.#bytes[at + 1] = value;
    else if (byteLength === 2) this.#view.setUint16(at + 1, value);
    else this.#view.setUint32(at + 1, value);
    this.#at = at + 1 + byteLength;
  }

  /** The head of a kind of value that has three lengths of 1, 2 and 4 bytes, one type after the other. */
  lengthHead(firstType: number, length: number): void {
    if (length < 0x100) this.head(firstType, length, 1);
    else if (length < 0x1_0000) this.head(firstType + 1, length, 2);
    else this.head(firstType + 2, length, 4);
  }

  /** The head of lists and maps: up to 15 elements within the type, then two lengths of 2 and 4 bytes. */
  countHead(smallType: number, type16: number, count: number): void {
    if (count < 16) this.byte(smallType | count);
    else if (count < 0x1_0000) this.head(type16, count, 2);
    else this.head(type16 + 1, count, 4);
  }

  /** Eight bytes, most significant first, negative numbers as two's complement. */
  integer64(value: number): void {
    this.#reserve(8);
    this.#view.setUint32(this.#at, Math.floor(value / TWO_32));
    this.#view.setUint32(this.#at + 4, value);
    this.#at += 8;
  }

  /** A number in the smallest form: 0 is written without its sign. */
  number(value: number): void {
    if ((value | 0) === value) {
      this.#integer32(value);
    } else if (!Number.isInteger(value)) {
      this.#reserve(9);
      this.#bytes[this.#at] = 0xcb;
      this.#view.setFloat64(this.#at + 1, value);
      this.#at += 9;
    } else if (value > 0 && value < TWO_32) {
      this.head(0xce, value, 4);
    } else {
      // Whole numbers beyond 64 bits lose the upper ones, as they do in the official codecs.
      this.byte(value > 0 ? 0xcf : 0xd3);
      this.integer64(value);
    }
  }

  #integer32(value: number): void {
    if (value >= 0) {
      if (value < 0x80) this.byte(value);
      else this.lengthHead(0xcc, value);
    } else if (value >= -32) this.byte(value);
    else if (value >= -0x80) this.head(0xd0, value, 1);
    else if (value >= -0x8000) this.head(0xd1, value, 2);
    else this.head(0xd2, value, 4);
  }

  /** A text with its head. */
  text(text: string): void {
    const units = text.length;
    const guessed = textHeadBytes(units);
    // No unit takes more than three bytes. A long text is rarely that large, and gets more room when it needs it.
    this.#reserve(5 + (units > SHORT_TEXT_UNITS ? units : 3 * units));
    const offset = this.#at - this.#start;
    this.#at += guessed;
    if (units > SHORT_TEXT_UNITS) this.#longText(text);
    else this.#shortText(text);
    const length = this.#at - this.#start - offset - guessed;
    const head = textHeadBytes(length);
    this.#reserve(head - guessed);
    const start = this.#start + offset;
    // Letters beyond ASCII may have made the text too long for the head that was guessed.
    if (head > guessed) this.#bytes.copyWithin(start + head, start + guessed, this.#at);
    this.#at = start;
    if (length < 32) this.#bytes[this.#at++] = 0xa0 | length;
    else this.lengthHead(0xd9, length);
    this.#at += length;
  }

  #longText(text: string): void {
    const { read, written } = writeUtf8Part(text, this.#bytes, this.#at);
    this.#at += written;
    if (read === text.length) return;
    const rest = text.slice(read);
    // Room for a longer head, too.
    this.#reserve(3 * rest.length + 5);
    this.#at += writeUtf8(rest, this.#bytes, this.#at);
  }

  #shortText(text: string): void {
    const bytes = this.#bytes;
    let to = this.#at;
    for (let from = 0; from < text.length; from++) {
      let code = text.charCodeAt(from);
      if (code < 0x80) {
        bytes[to++] = code;
      } else if (code < 0x800) {
        bytes[to++] = 0xc0 | (code >> 6);
        bytes[to++] = 0x80 | (code & 63);
      } else {
        if (isSurrogate(code)) code = codePointAt(text, from);
        if (code >= 0x1_0000) {
          from++;
          bytes[to++] = 0xf0 | (code >> 18);
          bytes[to++] = 0x80 | ((code >> 12) & 63);
        } else {
          bytes[to++] = 0xe0 | (code >> 12);
        }
        bytes[to++] = 0x80 | ((code >> 6) & 63);
        bytes[to++] = 0x80 | (code & 63);
      }
    }
    this.#at = to;
  }

  /** Bytes as they are, without a head. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Corrects the head of a map that has fewer members than keys. Offsets count from the start of the message. */
  recount(offset: number, bodyOffset: number, count: number): void {
    const body = this.#start + bodyOffset;
    const end = this.#at;
    this.#at = this.#start + offset;
    this.countHead(0x80, 0xde, count);
    this.#bytes.copyWithin(this.#at, body, end);
    this.#at += end - body;
  }
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code < 0xe000;
}

/** The character that begins at a surrogate; U+FFFD for a surrogate without its partner. */
function codePointAt(text: string, at: number): number {
  const high = text.charCodeAt(at);
  const low = text.charCodeAt(at + 1);
  if (high >= 0xdc00 || !(low >= 0xdc00 && low < 0xe000)) return REPLACEMENT;
  return 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

function textHeadBytes(length: number): number {
  if (length < 32) return 1;
  if (length < 0x100) return 2;
  return length < 0x1_0000 ? 3 : 5;
}
