// The query that clients of revision 4 append to the name of a namespace, as in `/admin?token=x&uid=7`.
// Place: bytes -> engine dialect -> session -> socket codec + **socket dialect** -> connection / namespace / socket
// Rules: repeated keys become arrays; a malformed escape stands for itself; the result inherits nothing, so that any key
//        is an own one; what is written never holds a comma, which would end the name.
// Source: docs/protocol/socket-4.md, "Connecting"

import { byteAt, decodeUtf8, encodeUtf8 } from "../shared/bytes.ts";

const PERCENT = 0x25;

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** Undoes percent escapes one by one, which works where `decodeURIComponent` refuses the whole text. */
function decodeEscapes(text: string): string {
  const bytes = encodeUtf8(text);
  let to = 0;
  for (let from = 0; from < bytes.length; from++) {
    let byte = byteAt(bytes, from);
    const high = hexValue(byteAt(bytes, from + 1));
    const low = hexValue(byteAt(bytes, from + 2));
    if (byte === PERCENT && high >= 0 && low >= 0) {
      byte = high * 16 + low;
      from += 2;
    }
    bytes[to++] = byte;
  }
  return decodeUtf8(bytes.subarray(0, to));
}

function decodeComponent(component: string): string {
  const text = component.replaceAll("+", " ");
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return decodeEscapes(text);
  }
}

function encodeComponent(text: string): string {
  // A lone surrogate has no escape; on every transport it becomes U+FFFD.
  return encodeURIComponent(decodeUtf8(encodeUtf8(text)));
}

function partsOf(pair: string): [key: string, value: string] {
  const equals = pair.indexOf("=");
  return equals === -1 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

/** Whether a pair is for a key that the data has. */
function isIn(data: Readonly<Record<string, unknown>>, pair: string): boolean {
  const [key] = partsOf(pair);
  try {
    return Object.hasOwn(data, decodeURIComponent(key.replaceAll("+", " ")));
  } catch {
    // What has a malformed escape stands for itself.
    return Object.hasOwn(data, key);
  }
}

function pairsIn(query: string): string[] {
  return query.split("&").filter((pair) => pair !== "");
}

/** Reads a query without its question mark. */
export function parseNamespaceQuery(query: string): Record<string, string | string[]> {
  const found = new Map<string, string | string[]>();
  for (const pair of pairsIn(query)) {
    const [key = "", value = ""] = partsOf(pair).map(decodeComponent);
    const before = found.get(key);
    if (before === undefined) found.set(key, value);
    else if (typeof before === "string") found.set(key, [before, value]);
    else before.push(value);
  }
  const result = Object.fromEntries(found);
  Object.setPrototypeOf(result, null);
  return result;
}

function flatten(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(flatten);
  if (typeof value === "object") return [JSON.stringify(value)];
  return [String(value)];
}

/**
 * Joins the query of a socket with its auth data, flattened to strings; auth wins where both have a key.
 * @param query a query as it stands in a URL, with or without its question mark.
 */
export function writeNamespaceQuery(query: string, auth: Readonly<Record<string, unknown>>): string {
  const pairs = pairsIn(query.startsWith("?") ? query.slice(1) : query)
    .filter((pair) => !isIn(auth, pair))
    .map((pair) => pair.replaceAll(",", "%2C"));
  for (const key of Object.keys(auth)) {
    for (const value of flatten(auth[key])) pairs.push(`${encodeComponent(key)}=${encodeComponent(value)}`);
  }
  return pairs.join("&");
}
