// Randomness as the machines see it, and the ids made from it.
// Place: handed to engine handshake -> session -> connection / **namespace / socket**
// Rules: ids are 20 characters of base64url from 15 random bytes (120 bits), without a counter that could leak.
// Source: docs/protocol/engine-4.md, "Handshake"

import { encodeBase64 } from "./base64.ts";

/** The only source of randomness; cryptographic in production, seeded in tests. */
export interface Random {
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
  /** A number from 0 (inclusive) to 1 (exclusive), for jitter only. */
  fraction(): number;
}

/** Makes an id for a session, a socket or a private session: 20 characters, 120 random bits. */
export function createId(random: Random): string {
  return encodeBase64(random.bytes(15)).replaceAll("+", "-").replaceAll("/", "_");
}
