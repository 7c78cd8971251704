// The default parsers of both revisions: packets as one text, with their bytes as attachments behind it.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: what differs between the revisions is a row in RULES; refusals are SyntaxErrors; ids and counts are plain digits;
//        decoding takes linear time and keeps no more than the attachments that a packet was allowed to announce.
// Source: docs/protocol/socket-5.md and docs/protocol/socket-4.md, "Text encoding" and "Decoding"

import { deconstruct, isPlainJson, reconstruct, toBytes } from "./binary.ts";
import {
  ACK,
  BINARY_ACK,
  BINARY_EVENT,
  CONNECT,
  CONNECT_ERROR,
  DISCONNECT,
  EVENT,
  type PacketType,
  type SocketPacket,
} from "./packet.ts";
import type { DecoderOptions, FrameEncoder, PacketDecoder, Parser, Replacer, SocketFrame } from "./parser.ts";
import { isPlainObject, isValidData, MAX_DEPTH, type PayloadRules, parseJson, refusal } from "./payload-rules.ts";

/** The default parser of one revision. */
export interface TextParser extends Parser {
  readonly protocol: 4 | 5;
  readonly Encoder: new (replacer?: Replacer) => FrameEncoder;
}

type Reviver = NonNullable<DecoderOptions["reviver"]>;

interface Rules extends PayloadRules {
  /** Whether the encoder looks for binary values by itself, or trusts the type it was given. */
  readonly findsBinary: boolean;
  /** The type that is reported for each type on the wire. */
  readonly reported: readonly PacketType[];
}

const RULES: Readonly<Record<4 | 5, Rules>> = {
  4: {
    findsBinary: false,
    reported: [CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, BINARY_EVENT, BINARY_ACK],
    reservesEvents: false,
    isObjectData: (data) => typeof data === "object",
  },
  5: {
    findsBinary: true,
    reported: [CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR, EVENT, ACK],
    reservesEvents: true,
    isObjectData: isPlainObject,
  },
};

/** How far the binary types are from the plain ones. */
const BINARY = BINARY_EVENT - EVENT;
const SPACE = 0x20;
const ZERO = 0x30;
const DASH = 0x2d;
const SLASH = 0x2f;
const DEFAULT_MAX_ATTACHMENTS = 10;

/** The index behind a run of digits, which may be none. */
function endOfDigits(text: string, from: number): number {
  let end = from;
  while (text.charCodeAt(end) >= ZERO && text.charCodeAt(end) <= ZERO + 9) end++;
  return end;
}

function writeText(type: number, count: number, packet: SocketPacket, data: unknown, replacer?: Replacer): string {
  const { nsp, id } = packet;
  let text = `${type}`;
  if (count > 0) text += `${count}-`;
  if (nsp !== "/" && nsp !== "") text += `${nsp},`;
  if (id !== undefined) text += id;
  // A function or a symbol has no JSON, which leaves the packet without data.
  if (data !== undefined && data !== null) text += JSON.stringify(data, replacer) ?? "";
  return text;
}

/** Writes a packet whose data may have binary values: a text, then the attachments. */
function writeFrames(packet: SocketPacket, replacer: Replacer | undefined): SocketFrame[] {
  const { data, attachments } = deconstruct(packet.data);
  const plain = packet.type >= BINARY_EVENT ? packet.type - BINARY : packet.type;
  const count = attachments.length;
  // A binary type without attachments would be refused by every decoder of today.
  return [writeText(count > 0 ? plain + BINARY : plain, count, packet, data, replacer), ...attachments];
}

/** A packet whose text has been read, while its attachments are on their way. */
interface Unfinished {
  readonly packet: SocketPacket;
  readonly expected: number;
  readonly attachments: unknown[];
}

/** Reads how many attachments a text of a binary type announces, in the digits up to an index. */
function readCount(text: string, dash: number, maxAttachments: number): number {
  const count = Number(text.slice(1, dash));
  if (count > maxAttachments) throw refusal(`it announces more than ${maxAttachments} attachments`);
  if (count === 0 || text.charCodeAt(dash) !== DASH) throw refusal("its number of attachments is no number from 1");
  return count;
}

/** Reads what follows the type and the number of attachments, from left to right, each character once. */
function readPacket(
  text: string,
  from: number,
  type: PacketType,
  rules: Rules,
  reviver: Reviver | undefined,
): SocketPacket {
  let at = from;
  let nsp = "/";
  if (text.charCodeAt(at) === SLASH) {
    const comma = text.indexOf(",", at);
    const end = comma === -1 ? text.length : comma;
    nsp = text.slice(at, end);
    at = end + 1;
  }

  let id: number | undefined;
  for (const end = endOfDigits(text, at); at < end; at++) {
    id = (id ?? 0) * 10 + (text.charCodeAt(at) - ZERO);
    if (id > Number.MAX_SAFE_INTEGER) throw refusal("its id is too large");
  }

  // JSON would skip a space here, and a peer might mean it as an id of 0, as some decoders read it.
  if (text.charCodeAt(at) <= SPACE) throw refusal("its payload starts with a space");
  const data = at < text.length ? parseJson(text.slice(at), MAX_DEPTH, reviver) : undefined;
  if (!isValidData(type, data, rules)) throw refusal("its payload is not what its type wants");
  // Written out, since a member that is added later has memory of its own.
  if (data === undefined) return id === undefined ? { type, nsp } : { type, nsp, id };
  return id === undefined ? { type, nsp, data } : { type, nsp, data, id };
}

function readLimit(maxAttachments: number): number {
  if (maxAttachments >= 0) return maxAttachments;
  throw new RangeError(`Cannot use "${maxAttachments}" as maxAttachments: it has to be a number from 0`);
}

/**
 * Makes the default parser of one revision of the Socket.IO protocol.
 *
 * The encoder of revision 5 finds binary values by itself; the one of revision 4 takes them out of packets of the types
 * 5 and 6 only, and its decoder reports these types as they are. An exception from a `decoded` listener passes through
 * `add`.
 * @param revision 5 for programs of 3.x and 4.x, 4 for programs of 1.x and 2.x.
 * @returns the `Encoder` and `Decoder` classes and the number of the revision.
 * @example
 * const { Encoder, Decoder } = createTextParser(5);
 * const decoder = new Decoder();
 * decoder.on("decoded", (packet) => console.log(packet.data));
 * const packet = { type: 2, nsp: "/", data: ["hello", new Uint8Array([1, 2])] } as const;
 * for (const frame of new Encoder().encode(packet)) decoder.add(frame);
 */
export function createTextParser(revision: 4 | 5): TextParser {
  const rules = RULES[revision];

  class Encoder implements FrameEncoder {
    readonly #replacer: Replacer | undefined;

    constructor(replacer?: Replacer) {
      this.#replacer = replacer;
    }

    encode(packet: SocketPacket, callback?: (frames: SocketFrame[]) => void): SocketFrame[] {
      const { type, data } = packet;
      const isMarked = type >= BINARY_EVENT;
      const isLookedAt = rules.findsBinary && (type === EVENT || type === ACK);
      const frames =
        isMarked || (isLookedAt && !isPlainJson(data))
          ? writeFrames(packet, this.#replacer)
          : [writeText(type, 0, packet, data, this.#replacer)];
      callback?.(frames);
      return frames;
    }
  }

  class Decoder implements PacketDecoder {
    readonly #reviver: Reviver | undefined;
    readonly #maxAttachments: number;
    readonly #listeners: ((packet: SocketPacket) => void)[] = [];
    #unfinished: Unfinished | undefined;

    constructor(options: DecoderOptions | Reviver = {}) {
      const { reviver, maxAttachments } = typeof options === "function" ? { reviver: options } : options;
      this.#reviver = reviver;
      this.#maxAttachments = readLimit(maxAttachments ?? DEFAULT_MAX_ATTACHMENTS);
    }

    get isIdle(): boolean {
      return this.#unfinished === undefined;
    }

    on(_event: "decoded", listener: (packet: SocketPacket) => void): this {
      this.#listeners.push(listener);
      return this;
    }

    add(frame: unknown): void {
      if (typeof frame === "string") this.#addText(frame);
      else this.#addAttachment(frame);
    }

    destroy(): void {
      this.#unfinished = undefined;
    }

    #addText(text: string): void {
      if (this.#unfinished !== undefined) {
        this.#unfinished = undefined;
        throw refusal("a text came while attachments were due");
      }
      const wireType = text.charCodeAt(0) - ZERO;
      const type = rules.reported[wireType];
      if (type === undefined) throw refusal(text === "" ? "it is empty" : "its type is unknown");
      if (wireType < BINARY_EVENT) {
        this.#decoded(readPacket(text, 1, type, rules, this.#reviver));
        return;
      }
      const dash = endOfDigits(text, 1);
      const expected = readCount(text, dash, this.#maxAttachments);
      this.#unfinished = {
        packet: readPacket(text, dash + 1, type, rules, this.#reviver),
        expected,
        attachments: [],
      };
    }

    /** An attachment stays the object it came as: a Buffer, an ArrayBuffer, whatever suits the platform's programs. */
    #addAttachment(bytes: unknown): void {
      const unfinished = this.#unfinished;
      if (toBytes(bytes) === undefined) throw refusal("a frame is neither text nor bytes");
      if (unfinished === undefined) throw refusal("bytes came while no attachment was due");
      const { packet, expected, attachments } = unfinished;
      attachments.push(bytes);
      if (attachments.length < expected) return;
      this.#unfinished = undefined;
      reconstruct(packet.data, attachments);
      this.#decoded(packet);
    }

    #decoded(packet: SocketPacket): void {
      for (const listener of this.#listeners) listener(packet);
    }
  }

  return { protocol: revision, Encoder, Decoder };
}
