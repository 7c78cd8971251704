// A packet encoded once, ready to be shared by every connection of the same variant.
// Place: bytes <- engine dialect (**frame**) <- session <- socket codec
// Rules: the bytes never change after they were made; the byte count is worked out once, when somebody asks.

import { utf8Length } from "../shared/bytes.ts";

/** What one packet looks like on the wire, before a polling body joins it with others. */
export interface Frame {
  readonly data: string | Uint8Array;
  /** Length in bytes once a text is UTF-8. */
  readonly byteLength: number;
}

/** Wraps encoded data so that its byte length is counted at most once. */
export class EncodedFrame implements Frame {
  readonly data: string | Uint8Array;
  #byteLength = -1;

  constructor(data: string | Uint8Array) {
    this.data = data;
  }

  get byteLength(): number {
    if (this.#byteLength < 0) {
      this.#byteLength = typeof this.data === "string" ? utf8Length(this.data) : this.data.byteLength;
    }
    return this.#byteLength;
  }
}
