// Randomness as the machines see it, and the ids made from it.
// Place: handed to engine handshake -> session -> connection / **namespace / socket**
// Rules: ids are 20 characters of base64url from 15 random bytes (120 bits), without a counter that could leak.
// Source: docs/protocol/engine-4.md, "Handshake"

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The only source of randomness; cryptographic in production, seeded in tests. */
export interface Random {
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
  /** A number from 0 (inclusive) to 1 (exclusive), for jitter only. */
  fraction(): number;
}

/** Makes an id for a session, a socket or a private session: 20 characters, 120 random bits. */
export function createId(random: Random): string {
  const bytes = random.bytes(15);
  let id = "";
  for (let at = 0; at < 15; at += 3) {
    const bits = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    id +=
      ALPHABET.charAt(bits >> 18) +
      ALPHABET.charAt((bits >> 12) & 63) +
      ALPHABET.charAt((bits >> 6) & 63) +
      ALPHABET.charAt(bits & 63);
  }
  return id;
}
