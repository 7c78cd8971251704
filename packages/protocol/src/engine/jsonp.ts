// JSONP polling: payload texts as a script for the client, and as a field of an HTML form for the server.
// Place: bytes -> **engine dialect** -> session, around the text payloads of polling clients without cross-origin requests
// Rules: each text is read once from left to right; nothing here throws; what a form does not say once is undefined.
// Source: docs/protocol/engine-3.md, "JSONP"

import { byteAt, decodeUtf8, encodeUtf8 } from "../shared/bytes.ts";

const PLUS = 0x2b;
const PERCENT = 0x25;
const SPACE = 0x20;
const BACKSLASH = 0x5c;

/**
 * Makes the body of a response: a call of the function that the client left for this request.
 * @param payload a payload in its text form.
 * @param index the value `j` of the query; what is no digit in it is left out, so that no script comes in by it.
 * @returns the script, which holds no line terminator.
 * @example
 * console.log(encodeJsonp("2:4a", "7")); // prints: ___eio[7]("2:4a");
 */
export function encodeJsonp(payload: string, index: string): string {
  const digits = index.replaceAll(/\D/g, "");
  // JSON may hold these two as they are, while a script of before 2019 ends its line there.
  const literal = JSON.stringify(payload).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  return `___eio[${digits}](${literal});`;
}

/**
 * Takes the payload out of a form that a client posted.
 * @param form a body of the type `application/x-www-form-urlencoded`.
 * @returns the payload, or undefined when the form has no field `d`, or more than one.
 */
export function decodeJsonp(form: string): string | undefined {
  let field: string | undefined;
  for (let at = 0; at < form.length; ) {
    const ampersand = form.indexOf("&", at);
    const end = ampersand === -1 ? form.length : ampersand;
    const pair = form.slice(at, end);
    const equals = pair.indexOf("=");
    const name = equals === -1 ? pair : pair.slice(0, equals);
    // Decoding each name would make a form of a million fields a stall of a second.
    if (name === "d" || name === "%64") {
      if (field !== undefined) return undefined;
      field = equals === -1 ? "" : pair.slice(equals + 1);
    }
    at = end + 1;
  }
  return field === undefined ? undefined : restoreNewlines(decodeFormText(field));
}

/**
 * Makes the value of the form field `d`, in which newlines are spelled out: browsers rewrite them in forms.
 * @param payload a payload in its text form.
 */
export function encodeJsonpField(payload: string): string {
  return payload.replaceAll("\\n", "\\\\n").replaceAll("\n", "\\n");
}

/**
 * Makes a whole form for clients that have no browser to do it.
 * @param payload a payload in its text form.
 * @returns a body of the type `application/x-www-form-urlencoded`.
 * @example
 * console.log(decodeJsonp(encodeJsonpForm("2:4a"))); // prints: 2:4a
 */
export function encodeJsonpForm(payload: string): string {
  // Lone surrogates become U+FFFD, as on every transport; encodeURIComponent would throw.
  const wellFormed = decodeUtf8(encodeUtf8(encodeJsonpField(payload)));
  return `d=${encodeURIComponent(wellFormed)}`;
}

/** Spelled-out newlines become newlines; where a backslash stands before, one is taken away instead. */
function restoreNewlines(field: string): string {
  let restored = "";
  let from = 0;
  for (let at = field.indexOf("\\n"); at !== -1; at = field.indexOf("\\n", from)) {
    const isEscaped = at > 0 && field.charCodeAt(at - 1) === BACKSLASH;
    restored += field.slice(from, at) + (isEscaped ? "n" : "\n");
    from = at + 2;
  }
  return restored + field.slice(from);
}

/** Undoes the coding of form data; a percent sign without two hexadecimal digits stands for itself. */
function decodeFormText(coded: string): string {
  const bytes = encodeUtf8(coded);
  let to = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = byteAt(bytes, at);
    const high = byte === PERCENT ? hexDigit(byteAt(bytes, at + 1)) : -1;
    const low = high === -1 ? -1 : hexDigit(byteAt(bytes, at + 2));
    if (low === -1) {
      bytes[to++] = byte === PLUS ? SPACE : byte;
    } else {
      bytes[to++] = high * 16 + low;
      at += 2;
    }
  }
  return decodeUtf8(bytes.subarray(0, to));
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
