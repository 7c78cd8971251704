// Base64 by `btoa` and `atob`: slower than our own tables, and a quarter of their size.
// Place: bytes -> **engine dialect**; stands in for base64.ts in the production builds for browsers.
// Rules: those of base64.ts, whose tests it passes; `atob` alone would let white space through, and refuse some padding.
// Source: docs/protocol/engine-4.md, "Binary packets"

/** Writes bytes as base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/**
 * Reads base64.
 * @param text the base64, perhaps behind something else.
 * @param from index of the first character.
 * @returns the bytes, in memory of their own.
 * @throws SyntaxError when there is a character of no standard base64, or a length that no bytes have.
 */
export function decodeBase64(text: string, from = 0): Uint8Array {
  const letters = text.slice(from).replace(/==?$/, "");
  const padding = text.length - from - letters.length;
  // Full groups have no padding, and a group is never padded beyond its four characters.
  if (/[^\w+/]|_/.test(letters) || letters.length % 4 === 1 || padding > (-letters.length & 3)) {
    throw new SyntaxError("Cannot decode the base64 text: it is no standard base64");
  }
  const binary = atob(letters);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
