// Bytes that belong together and come in pieces: the fragments of a message, the parts of a frame.
// Place: bytes -> **frame decoder** -> websocket carrier
// Rules: what is kept is in one buffer that doubles, so that its size follows the bytes that are there, and neither what a
//        header announces nor the number of pieces.

const SMALLEST = 1024;

/** Collects pieces. */
export class Gathering<Bytes extends Uint8Array> {
  /** What the pieces will be once they are whole. */
  readonly opcode: number;
  /** How many bytes its frames have spent on their headers. */
  overhead = 0;
  readonly #allocate: (count: number) => Bytes;
  #bytes: Bytes;
  #length = 0;
  #isAscii = true;

  constructor(opcode: number, allocate: (count: number) => Bytes) {
    this.opcode = opcode;
    this.#allocate = allocate;
    this.#bytes = allocate(0);
  }

  get length(): number {
    return this.#length;
  }

  /** Whether all that is there is ASCII. */
  get isAscii(): boolean {
    return this.#isAscii;
  }

  /**
   * Copies a piece.
   * @param most how many bytes there will be at most, the piece and those before it included.
   */
  add(piece: Uint8Array, isAscii: boolean, most: number): void {
    const total = this.#length + piece.length;
    if (total > this.#bytes.length) this.#resize(Math.min(most, Math.max(total, 2 * this.#length, SMALLEST)));
    this.#bytes.set(piece, this.#length);
    this.#length = total;
    this.#isAscii &&= isAscii;
  }

  /** All bytes, in memory of their own size. */
  take(): Bytes {
    if (this.#bytes.length > this.#length) this.#resize(this.#length);
    return this.#bytes;
  }

  #resize(size: number): void {
    const resized = this.#allocate(size);
    resized.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = resized;
  }
}
