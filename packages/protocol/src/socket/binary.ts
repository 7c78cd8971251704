// Binary values inside the data of a packet: finding them, taking them out, putting them back.
// Place: bytes -> engine dialect -> session -> **socket codec** -> connection / namespace / socket
// Rules: the caller's data is never modified; own keys only, and `__proto__` stays a key like any other;
//        `toJSON` is honoured once per object; data that never ends is a RangeError, never a hang.
// Source: docs/protocol/socket-5.md, "Binary data"

import { isObject } from "../shared/record.ts";
import { ACK, BINARY_ACK, BINARY_EVENT, EVENT, type SocketPacket } from "./packet.ts";

/** Data without its binary values, and these values in the order of their placeholders. */
export interface Deconstructed {
  readonly data: unknown;
  readonly attachments: readonly Uint8Array[];
}

/** What stands in the JSON text for an attachment. */
interface Placeholder {
  readonly _placeholder: true;
  readonly num: number;
}

// Deep enough for any honest data, and shallow enough that no engine runs out of stack before we say so ourselves;
// JSON.stringify gives up at about twice this depth.
export const MAX_DATA_DEPTH = 2000;

type Kind = "bytes" | "blob" | "opaque" | "container";

/** What is no container, by its tag; JSON.stringify knows the opaque ones by what they are, so no copy would do. */
const KINDS: ReadonlyMap<string, Kind> = new Map([
  ["ArrayBuffer", "bytes"],
  ["Blob", "blob"],
  ["File", "blob"],
  ["Date", "opaque"],
  ["Number", "opaque"],
  ["String", "opaque"],
  ["Boolean", "opaque"],
  ["BigInt", "opaque"],
]);

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** Sorts an object by what JSON and the wire make of it; values of other realms (frames, vm contexts) count too. */
export function kindOf(value: object): Kind {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === Array.prototype || prototype === null) return "container";
  return ArrayBuffer.isView(value) ? "bytes" : (KINDS.get(tagOf(value)) ?? "container");
}

/** Whether an object says itself what stands for it. */
export function hasToJson(value: Record<string, unknown>): value is { toJSON(key: string): unknown } {
  return typeof value["toJSON"] === "function";
}

function isView(value: object): value is ArrayBufferView {
  return ArrayBuffer.isView(value);
}

function isArrayBuffer(value: object): value is ArrayBuffer {
  return tagOf(value) === "ArrayBuffer";
}

/** Whether a value is a date, of whatever realm. */
export function isDate(value: object): value is Date {
  return tagOf(value) === "Date";
}

/** Whether a value is an array of bytes: a Uint8Array, or a Buffer. */
export function isByteArray(value: object): boolean {
  return value instanceof Uint8Array || tagOf(value) === "Uint8Array";
}

function isBlob(value: object): value is Blob {
  return kindOf(value) === "blob";
}

/**
 * The bytes of a binary value, without copying.
 * @returns undefined when the value holds no bytes that could be read here and now.
 */
export function toBytes(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (!isObject(value)) return undefined;
  if (isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return isArrayBuffer(value) ? new Uint8Array(value) : undefined;
}

/** The error for data without an end. */
export function tooDeep(): RangeError {
  return new RangeError(`Cannot encode the data: it is circular, or nested deeper than ${MAX_DATA_DEPTH} levels`);
}

/** The error for a Blob or a File, whose bytes are not there yet. */
export function unreadBlob(): TypeError {
  return new TypeError('Cannot encode a "Blob": its bytes have to be read first, with await blob.arrayBuffer()');
}

/**
 * Whether JSON.stringify alone would do. The hot path of every event: no closure, no list of children, no call for what
 * is no object; and each question stands where it is asked, since engines learn place by place which shapes come by.
 */
function isPlain(value: Record<string, unknown>, depth: number): boolean {
  if (depth > MAX_DATA_DEPTH) throw tooDeep();
  if (Array.isArray(value)) {
    if (typeof value["toJSON"] === "function") return false;
    for (let at = 0; at < value.length; at++) {
      const child: unknown = value[at];
      if (isObject(child) && !isPlain(child, depth + 1)) return false;
    }
    return true;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) {
    const kind = kindOf(value);
    if (kind !== "container") return kind === "opaque";
  }
  if (typeof value["toJSON"] === "function") return false;
  for (const key in value) {
    const child = value[key];
    if (isObject(child) && !isPlain(child, depth + 1) && Object.hasOwn(value, key)) return false;
  }
  return true;
}

/** Whether JSON.stringify alone would do; a `toJSON` might return bytes, and is not asked. */
export function isPlainJson(data: unknown): boolean {
  return !isObject(data) || isPlain(data, 0);
}

/** Whether a binary value that is looked for is anywhere in the data. */
function holds(data: unknown, isSought: (value: object) => boolean): boolean {
  let found = false;
  const look: Replace = (value) => {
    found ||= isSought(value);
  };
  if (!isPlainJson(data)) copy(data, look, "", 0, false);
  return found;
}

/** Whether there is a binary value anywhere in the data. */
export function hasBinary(data: unknown): boolean {
  return holds(data, () => true);
}

/** Whether there is a Blob or a File anywhere in the data, which has to be read before the data can be encoded. */
export function hasBlob(data: unknown): boolean {
  return holds(data, isBlob);
}

/** Sets an own property even when its name is `__proto__`. */
export function setOwn(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

type Replace = (value: object) => unknown;

function copy(value: unknown, replace: Replace, key: string | number, depth: number, converted: boolean): unknown {
  if (!isObject(value)) return value;
  if (depth > MAX_DATA_DEPTH) throw tooDeep();
  const kind = kindOf(value);
  // A date that another toJSON returned is not asked for its own: JSON makes an empty object of it.
  if (kind === "opaque" && !(converted && isDate(value))) return value;
  if (kind === "bytes" || kind === "blob") return replace(value);
  if (!converted && hasToJson(value)) return copy(value.toJSON(String(key)), replace, key, depth + 1, true);
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (let at = 0; at < value.length; at++) list.push(copy(value[at], replace, at, depth + 1, false));
    return list;
  }
  const result: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const child = value[name];
    // This one has done its work; JSON.stringify would call it again.
    if (name === "toJSON" && typeof child === "function") continue;
    setOwn(result, name, copy(child, replace, name, depth + 1, false));
  }
  return result;
}

/**
 * Takes the binary values out of the data, in the order of indices and own keys.
 * @throws TypeError for a Blob or a File, whose bytes are not there yet.
 * @throws RangeError when the data is circular.
 */
export function deconstruct(data: unknown): Deconstructed {
  const attachments: Uint8Array[] = [];
  const takeOut = (value: object): Placeholder => {
    const bytes = toBytes(value);
    if (bytes === undefined) throw unreadBlob();
    return { _placeholder: true, num: attachments.push(bytes) - 1 };
  };
  return { data: copy(data, takeOut, "", 0, false), attachments };
}

/**
 * Copies data with every Blob and File replaced by its bytes.
 * @param read reads one Blob, for example `(blob) => blob.arrayBuffer()`.
 */
export async function settleBlobs(data: unknown, read: (blob: Blob) => Promise<ArrayBuffer>): Promise<unknown> {
  const settled = new Map<object, ArrayBuffer>();
  const reading: Promise<unknown>[] = [];
  const take: Replace = (value) => {
    if (isBlob(value)) reading.push(read(value).then((bytes) => settled.set(value, bytes)));
    return value;
  };
  const snapshot = copy(data, take, "", 0, false);
  await Promise.all(reading);
  return copy(snapshot, (value) => settled.get(value) ?? value, "", 0, false);
}

function isPlaceholder(value: Readonly<Record<string, unknown>>): boolean {
  return value["_placeholder"] === true;
}

function attachmentOf(placeholder: Readonly<Record<string, unknown>>, attachments: readonly unknown[]): unknown {
  const num = placeholder["num"];
  // The index goes into an array, so anything but one of its own indices could reach what is no attachment.
  const attachment = typeof num === "number" && num >= 0 ? attachments[num] : undefined;
  if (attachment === undefined) {
    throw new SyntaxError("Cannot decode the packet: a placeholder has no attachment");
  }
  return attachment;
}

/**
 * Puts attachments in the places of their placeholders. Changes the data, which has to come straight from a parser.
 * @returns the data, or the attachment when the data is a placeholder itself.
 * @throws SyntaxError when a placeholder has no attachment.
 */
export function reconstruct(data: unknown, attachments: readonly unknown[]): unknown {
  if (!isObject(data)) return data;
  if (isPlaceholder(data)) return attachmentOf(data, attachments);
  // Grows while it is gone through: a call stack would not do for the brackets that a peer can nest, and a reviver may
  // have tied a circle.
  const containers = new Set([data]);
  for (const container of containers) {
    for (const key of Object.keys(container)) {
      const child = container[key];
      // Bytes that a reviver made have a key for each of them.
      if (!isObject(child) || ArrayBuffer.isView(child)) continue;
      if (isPlaceholder(child)) setOwn(container, key, attachmentOf(child, attachments));
      else containers.add(child);
    }
  }
  return data;
}

/** The packet with the type that revision 4 wants for its data: 5 or 6 when there are binary values. */
export function markBinary(packet: SocketPacket): SocketPacket {
  const { type, data } = packet;
  if ((type !== EVENT && type !== ACK) || !hasBinary(data)) return packet;
  return { ...packet, type: type === EVENT ? BINARY_EVENT : BINARY_ACK };
}
