// Frames of a WebSocket client, legal or not, for the tests of who reads them.
// Rules: the masking key is given by the test, so that a failure can be repeated.

/** How a frame departs from a whole, masked one in the shortest form. */
export interface FrameShape {
  readonly isFinal?: boolean;
  /** The three reserved bits, as in the first byte. */
  readonly reserved?: number;
  /** The four bytes of the masking key; null for a frame without one. */
  readonly key?: readonly number[] | null;
  /** Bytes of the length: none, 2 or 8 beyond the first. */
  readonly lengthBytes?: 0 | 2 | 8;
  /** What the header claims. */
  readonly declared?: bigint;
}

const KEY = [0x37, 0xfa, 0x21, 0x3d];

function lengthOf(count: bigint, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, at) => Number((count >> BigInt(8 * (bytes - 1 - at))) & 0xffn));
}

/** The bytes of a frame. */
export function frame(opcode: number, payload: string | Uint8Array = "", shape: FrameShape = {}): Uint8Array {
  const { isFinal = true, reserved = 0, key = KEY } = shape;
  const bytes = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const declared = shape.declared ?? BigInt(bytes.length);
  const extended = shape.lengthBytes ?? (declared < 126n ? 0 : declared < 65_536n ? 2 : 8);
  const short = extended === 0 ? Number(declared) : extended === 2 ? 126 : 127;
  const masked = key === null ? bytes : bytes.map((byte, at) => byte ^ (key[at % 4] ?? 0));
  return Uint8Array.from([
    (isFinal ? 0x80 : 0) | reserved | opcode,
    (key === null ? 0 : 0x80) | short,
    ...lengthOf(declared, extended),
    ...(key ?? []),
    ...masked,
  ]);
}
