// Several messages for one node in one, so that what is sent to it in a turn needs the broker once.
// Place: forward message -> **envelopes** -> parts -> node link, and back the same way
//
//   a bundle: for each message its length (4), and the message

import { concatBytes } from "@bowline/protocol/internal";

const LENGTH_BYTES = 4;

/** What the head of a message takes up in a bundle. */
export const ENVELOPE_BYTES: number = LENGTH_BYTES;

/** Puts messages together. */
export function bundle(messages: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    messages.flatMap((message) => {
      const head = new Uint8Array(LENGTH_BYTES);
      new DataView(head.buffer).setUint32(0, message.byteLength);
      return [head, message];
    }),
  );
}

/** Takes messages apart. @throws SyntaxError for what is no bundle, behind what could be read of it. */
export function* unbundle(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.byteLength; ) {
    const from = at + LENGTH_BYTES;
    const to = from > bytes.byteLength ? from : from + view.getUint32(at);
    if (to > bytes.byteLength)
      throw new SyntaxError("Cannot read what a node has forwarded: its bundle ends too early");
    yield bytes.subarray(from, to);
    at = to;
  }
}
