// What require("engine.io-parser") gives in programs of 3.x and 4.x.
// Rules: bytes come as a Buffer on Node, and as an ArrayBuffer elsewhere.
const { createEngineParser4 } = require("@bowline/protocol/parser-api");

function wrap(bytes) {
  if (typeof Buffer === "undefined") return bytes.slice().buffer;
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function createStream(transform) {
  return new TransformStream({
    transform: (chunk, controller) => transform(chunk, (result) => controller.enqueue(result)),
  });
}

const parser = createEngineParser4(wrap, createStream);
exports.protocol = parser.protocol;
exports.encodePacket = parser.encodePacket;
exports.encodePayload = parser.encodePayload;
exports.decodePacket = parser.decodePacket;
exports.decodePayload = parser.decodePayload;
exports.createPacketEncoderStream = parser.createPacketEncoderStream;
exports.createPacketDecoderStream = parser.createPacketDecoderStream;
