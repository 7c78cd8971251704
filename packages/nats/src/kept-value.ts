// A value as the store keeps it: until when, under which fence, and whether it is still there.
// Place: store -> **kept value** -> JetStream
// Rules: what cannot be read is no value: somebody else writes to the subject.

/** A value, or what is left of it: its fence. */
export interface KeptValue {
  readonly value: Uint8Array | undefined;
  readonly fence: number;
  readonly expiresAtMs: number;
}

const HEAD_BYTES = 17;
const FENCE_AT = 8;
const FLAG_AT = 16;

/** Writes a value. */
export function writeValue({ value, fence, expiresAtMs }: KeptValue): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + (value?.byteLength ?? 0));
  const view = new DataView(bytes.buffer);
  view.setFloat64(0, expiresAtMs);
  view.setFloat64(FENCE_AT, fence);
  view.setUint8(FLAG_AT, value === undefined ? 0 : 1);
  if (value !== undefined) bytes.set(value, HEAD_BYTES);
  return bytes;
}

/** Reads a value. @returns undefined for what is none. */
export function readValue(bytes: Uint8Array): KeptValue | undefined {
  if (bytes.byteLength < HEAD_BYTES) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const expiresAtMs = view.getFloat64(0);
  const fence = view.getFloat64(FENCE_AT);
  if (!Number.isFinite(expiresAtMs) || !Number.isSafeInteger(fence)) return undefined;
  return { value: view.getUint8(FLAG_AT) === 1 ? bytes.slice(HEAD_BYTES) : undefined, fence, expiresAtMs };
}
