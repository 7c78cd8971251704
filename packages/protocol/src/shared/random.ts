// Randomness as the machines see it, and the ids made from it.
// Place: handed to engine handshake -> session -> connection / **namespace / socket**
// Rules: ids are 20 characters of base64url from 15 random bytes (120 bits), without a counter that could leak.
// Source: docs/protocol/engine-4.md, "Handshake"

import { byteAt } from "./bytes.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const ID_BYTES = 15;

/** The letters of the id that is being made. */
const letters: number[] = [];

/** The only source of randomness; cryptographic in production, seeded in tests. */
export interface Random {
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
  /** A number from 0 (inclusive) to 1 (exclusive), for jitter only. */
  fraction(): number;
}

/** Makes an id for a session, a socket or a private session: 20 characters, 120 random bits. */
export function createId(random: Random): string {
  const bytes = random.bytes(ID_BYTES);
  for (let from = 0, to = 0; from < ID_BYTES; from += 3) {
    const bits = (byteAt(bytes, from) << 16) | (byteAt(bytes, from + 1) << 8) | byteAt(bytes, from + 2);
    for (let shift = 18; shift >= 0; shift -= 6) letters[to++] = ALPHABET.charCodeAt((bits >> shift) & 63);
  }
  // Made at one go: a text that is joined of parts keeps them.
  return String.fromCharCode(...letters);
}
