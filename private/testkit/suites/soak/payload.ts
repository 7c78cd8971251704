// What a message carries: text mostly, and bytes in every fifth one, so that who receives it can tell whether it is whole.
// Rules: the number decides everything.

const BYTES_EVERY = 5;
const SIZES: readonly number[] = [0, 7, 120, 1000, 9000];

const sizeOf = (number: number): number => SIZES[Math.floor(number / BYTES_EVERY) % SIZES.length] ?? 0;

/** The payload of a message. */
export function payloadOf(number: number): string | Buffer {
  return number % BYTES_EVERY === 0 ? Buffer.alloc(sizeOf(number), number & 0xff) : `text ${number} \u{1f600}`;
}

/** Whether a payload is the one of a message. */
export function isPayload(payload: unknown, number: number): boolean {
  const expected = payloadOf(number);
  if (typeof expected === "string") return payload === expected;
  return payload instanceof Uint8Array && expected.equals(payload);
}
