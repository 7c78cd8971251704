// Rules of signatures: they are those of every other implementation, whatever lengths head and body have.
import { createHash, createHmac as createNodeHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createHmac, sha256 } from "./sha256.ts";

function bytesOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + length) & 0xff);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

describe("SHA-256", () => {
  it.each([0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000, 100_000])("of %i bytes is what Node computes", (length) => {
    const bytes = bytesOf(length);
    expect(hex(sha256(bytes))).toBe(createHash("sha256").update(bytes).digest("hex"));
  });
});

describe("an HMAC", () => {
  const lengths = [0, 1, 31, 55, 63, 64, 65, 127, 128, 200];

  it.each([0, 5, 64, 65, 100])("with a key of %i bytes is what Node computes of head and body", (keyLength) => {
    const key = bytesOf(keyLength);
    const sign = createHmac(key);
    const differences = lengths.flatMap((head) =>
      lengths.filter((body) => {
        const expected = createNodeHmac("sha256", key).update(bytesOf(head)).update(bytesOf(body)).digest("hex");
        return hex(sign(bytesOf(head), bytesOf(body))) !== expected;
      }),
    );
    expect(differences).toEqual([]);
  });
});
