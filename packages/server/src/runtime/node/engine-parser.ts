// The packets of Engine.IO as programs of Node encode and decode them by themselves.
// Place: beside the engine's public list; the engine itself uses the dialects
// Rules: bytes come as Buffer, as programs of Node expect.

import { createEngineParser4 } from "@bowline/protocol/parser-api";

/** The functions of the current revision of the protocol. */
export const parser: ReturnType<typeof createEngineParser4> = createEngineParser4(
  (bytes) => (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
  (transform) =>
    new TransformStream({
      transform: (chunk, controller) => transform(chunk, (result) => controller.enqueue(result)),
    }),
);
