// What import of "engine.io-parser" gives in programs of 3.x and 4.x.
// Rules: bytes come as a Buffer on Node, and as an ArrayBuffer elsewhere.
import { createEngineParser4 } from "@bowline/protocol/parser-api";

function wrap(bytes) {
  if (typeof Buffer === "undefined") return bytes.slice().buffer;
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function createStream(transform) {
  return new TransformStream({
    transform: (chunk, controller) => transform(chunk, (result) => controller.enqueue(result)),
  });
}

export const {
  protocol,
  encodePacket,
  encodePayload,
  decodePacket,
  decodePayload,
  createPacketEncoderStream,
  createPacketDecoderStream,
} = createEngineParser4(wrap, createStream);
