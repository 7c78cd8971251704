// What two nodes say to each other about a request or a WebSocket of a session that is not where its client has come to.
// Place: engine server -> forwarding (**forward message**) -> parts -> node link
//
//   type (1), id (4), then by type: JSON with its length (4) in front, and bytes; or numbers and frames
//
// Rules: the id is given by the node that the client has come to, and names one request or WebSocket of that node; whatever
//        comes in is checked before it is believed, since what passes a broker may have been written by anybody.
// Source: docs/decisions/0029-sessions-of-other-nodes.md, "Decision"

import { concatBytes, decodeUtf8, encodeUtf8 } from "@bowline/protocol/internal";
import type { AnswerHeaders, BodyCompression, BodyResult, HeadFacts } from "../http-exchange.ts";
import { readAnswer, readEnd, readHead, readHeaders, readRefusal, type StreamEnd } from "./forward-check.ts";

/** One message of a relayed WebSocket. */
export interface RelayedFrame {
  readonly data: string | Uint8Array;
  readonly compress: boolean;
}

/** What either end of a relayed WebSocket tells the other one. */
export type RelayMessage =
  | {
      readonly type: "frames";
      readonly id: number;
      /** How many such messages were sent before, in this direction. */
      readonly sequence: number;
      readonly frames: readonly RelayedFrame[];
    }
  | {
      /** So many bytes more have been taken. */
      readonly type: "taken";
      readonly id: number;
      readonly bytes: number;
    }
  | { readonly type: "closed"; readonly id: number; readonly end: StreamEnd };

/** What goes to the node that has the session. */
export type OwnerMessage =
  | { readonly type: "request"; readonly id: number; readonly head: HeadFacts; readonly body: BodyResult }
  | { readonly type: "upgrade"; readonly id: number; readonly head: HeadFacts }
  | {
      /**
       * `gone`: the client has left. `leaving`: the node ends, and wants what waits to be answered. `delivered`: an answer that
       * asked for it is on the client's connection.
       */
      readonly type: "gone" | "leaving" | "delivered";
      readonly id: number;
    }
  | RelayMessage;

/** An answer as the session has given it. */
export interface ForwardedAnswer {
  readonly status: number;
  /** Those that were set before the answer. */
  readonly added: AnswerHeaders;
  readonly headers: AnswerHeaders;
  readonly compression: BodyCompression | undefined;
  /** Whether the session has to know that it was delivered. */
  readonly isConfirmed: boolean;
  readonly body: Uint8Array;
}

/** What goes back to the node that the client has come to. */
export type EntranceMessage =
  | { readonly type: "answer"; readonly id: number; readonly answer: ForwardedAnswer }
  | { readonly type: "destroyed"; readonly id: number }
  | { readonly type: "accepted"; readonly id: number; readonly headers: AnswerHeaders }
  | { readonly type: "refused"; readonly id: number; readonly message: string; readonly isPassing: boolean }
  | RelayMessage;

type Message = OwnerMessage | EntranceMessage;

const CODES = {
  request: 1,
  upgrade: 2,
  gone: 3,
  leaving: 4,
  answer: 5,
  destroyed: 6,
  accepted: 7,
  refused: 8,
  frames: 9,
  taken: 10,
  closed: 11,
  delivered: 12,
} as const satisfies Record<Message["type"], number>;

const TYPES: ReadonlyMap<number, Message["type"]> = new Map(
  Object.entries(CODES).map(([type, code]) => [code, asType(type)]),
);

/** What is for the node of the session, and for the one that the client has come to; what is for both, in neither. */
const FOR_OWNERS_ALONE: ReadonlySet<string> = new Set(["request", "upgrade", "gone", "leaving", "delivered"]);
const FOR_ENTRANCES_ALONE: ReadonlySet<string> = new Set(["answer", "destroyed", "accepted", "refused"]);

/** The keys of an object of ours. */
function asType(type: string): Message["type"];
function asType(type: string): string {
  return type;
}

const HEAD_BYTES = 5;
const LENGTH_BYTES = 4;
const FRAME_HEAD_BYTES = 5;
const IS_TEXT = 1;
const IS_COMPRESSED = 2;
const NO_BYTES = new Uint8Array();

function refusal(reason: string): SyntaxError {
  return new SyntaxError(`Cannot read what a node has forwarded: ${reason}`);
}

function numbers(code: number, id: number, ...rest: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + rest.length * LENGTH_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, code);
  view.setUint32(1, id);
  for (const [index, value] of rest.entries()) view.setUint32(HEAD_BYTES + index * LENGTH_BYTES, value);
  return bytes;
}

function withFacts(code: number, id: number, facts: unknown, body: Uint8Array = NO_BYTES): Uint8Array {
  const json = encodeUtf8(JSON.stringify(facts));
  return concatBytes([numbers(code, id, json.byteLength), json, body]);
}

function encodeRelayedFrames(frames: readonly RelayedFrame[]): Uint8Array[] {
  return frames.flatMap(({ data, compress }) => {
    const bytes = typeof data === "string" ? encodeUtf8(data) : data;
    const head = new Uint8Array(FRAME_HEAD_BYTES);
    head[0] = (typeof data === "string" ? IS_TEXT : 0) | (compress ? IS_COMPRESSED : 0);
    new DataView(head.buffer).setUint32(1, bytes.byteLength);
    return [head, bytes];
  });
}

/** Writes a message. @returns memory of its own. */
export function encodeForward(message: Message): Uint8Array {
  const { type, id } = message;
  const code = CODES[type];
  switch (type) {
    case "request": {
      const { head, body } = message;
      const isWhole = typeof body !== "string";
      return withFacts(code, id, { head, body: isWhole ? "whole" : body }, isWhole ? body : NO_BYTES);
    }
    case "upgrade":
      return withFacts(code, id, { head: message.head });
    case "answer": {
      const { body, ...facts } = message.answer;
      return withFacts(code, id, facts, body);
    }
    case "accepted":
      return withFacts(code, id, { headers: message.headers });
    case "refused":
      return withFacts(code, id, { message: message.message, isPassing: message.isPassing });
    case "closed":
      return withFacts(code, id, message.end);
    case "gone":
    case "leaving":
    case "delivered":
    case "destroyed":
      return numbers(code, id);
    case "taken":
      return numbers(code, id, message.bytes);
    case "frames":
      return concatBytes([numbers(code, id, message.sequence), ...encodeRelayedFrames(message.frames)]);
    /* v8 ignore next 2 -- @preserve */
    default:
      return message satisfies never;
  }
}

/** Reads through bytes from their beginning to their end. */
class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.byteLength;
  }

  byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  number(): number {
    return this.#view.getUint32(this.#advance(LENGTH_BYTES));
  }

  bytes(count: number): Uint8Array {
    const from = this.#advance(count);
    return this.#bytes.subarray(from, from + count);
  }

  rest(): Uint8Array {
    return this.bytes(this.#bytes.byteLength - this.#at);
  }

  facts(): unknown {
    return JSON.parse(decodeUtf8(this.bytes(this.number())));
  }

  #advance(count: number): number {
    const from = this.#at;
    if (from + count > this.#bytes.byteLength) throw refusal("it ends too early");
    this.#at = from + count;
    return from;
  }
}

function readFrames(cursor: Cursor): RelayedFrame[] {
  const frames: RelayedFrame[] = [];
  while (!cursor.isAtEnd) {
    const flags = cursor.byte();
    const bytes = cursor.bytes(cursor.number());
    const data = (flags & IS_TEXT) === 0 ? bytes : decodeUtf8(bytes);
    frames.push({ data, compress: (flags & IS_COMPRESSED) !== 0 });
  }
  return frames;
}

/** A member of what has been read, which may be anything. */
function memberOf(facts: unknown, name: string): unknown {
  return typeof facts === "object" && facts !== null ? Reflect.get(facts, name) : undefined;
}

function readBody(cursor: Cursor, said: unknown): BodyResult {
  if (said === "too-large" || said === "aborted") return said;
  if (said !== "whole") throw refusal("it does not say what became of the body");
  return cursor.rest();
}

function readMessage(cursor: Cursor, type: Message["type"], id: number): Message {
  switch (type) {
    case "request": {
      const facts = cursor.facts();
      return { type, id, head: readHead(memberOf(facts, "head")), body: readBody(cursor, memberOf(facts, "body")) };
    }
    case "upgrade":
      return { type, id, head: readHead(memberOf(cursor.facts(), "head")) };
    case "answer": {
      const facts = readAnswer(cursor.facts());
      return { type, id, answer: { ...facts, body: cursor.rest() } };
    }
    case "accepted":
      return { type, id, headers: readHeaders(memberOf(cursor.facts(), "headers")) };
    case "refused":
      return { type, id, ...readRefusal(cursor.facts()) };
    case "closed":
      return { type, id, end: readEnd(cursor.facts()) };
    case "gone":
    case "leaving":
    case "delivered":
    case "destroyed":
      return { type, id };
    case "taken":
      return { type, id, bytes: cursor.number() };
    case "frames":
      return { type, id, sequence: cursor.number(), frames: readFrames(cursor) };
    /* v8 ignore next 2 -- @preserve */
    default:
      return type satisfies never;
  }
}

function read(bytes: Uint8Array): Message | undefined {
  const cursor = new Cursor(bytes);
  const type = TYPES.get(cursor.byte());
  if (type === undefined) return undefined;
  const message = readMessage(cursor, type, cursor.number());
  if (!cursor.isAtEnd) throw refusal("it goes on behind its end");
  return message;
}

function isForOwner(message: Message): message is OwnerMessage {
  return !FOR_ENTRANCES_ALONE.has(message.type);
}

function isForEntrance(message: Message): message is EntranceMessage {
  return !FOR_OWNERS_ALONE.has(message.type);
}

/**
 * Reads what has come to the node that has the session.
 * @returns undefined for types of later versions.
 * @throws SyntaxError for what no node of ours sends there.
 */
export function decodeForOwner(bytes: Uint8Array): OwnerMessage | undefined {
  const message = read(bytes);
  if (message === undefined || isForOwner(message)) return message;
  throw refusal(`"${message.type}" is nothing for the node that has a session`);
}

/**
 * Reads what has come back to the node that the client has come to.
 * @returns undefined for types of later versions.
 * @throws SyntaxError for what no node of ours sends there.
 */
export function decodeForEntrance(bytes: Uint8Array): EntranceMessage | undefined {
  const message = read(bytes);
  if (message === undefined || isForEntrance(message)) return message;
  throw refusal(`"${message.type}" is nothing for the node that a client has come to`);
}
