// What require("engine.io-parser") gives in programs of 1.x and 2.x.
// Rules: bytes come as a Buffer on Node, and as an ArrayBuffer elsewhere.
const { createEngineParser3 } = require("@bowline/protocol/parser-api");

function wrap(bytes) {
  if (typeof Buffer === "undefined") return bytes.slice().buffer;
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

const parser = createEngineParser3(wrap);
exports.protocol = parser.protocol;
exports.packets = parser.packets;
exports.encodePacket = parser.encodePacket;
exports.encodeBase64Packet = parser.encodeBase64Packet;
exports.decodePacket = parser.decodePacket;
exports.decodeBase64Packet = parser.decodeBase64Packet;
exports.encodePayload = parser.encodePayload;
exports.decodePayload = parser.decodePayload;
exports.encodePayloadAsBinary = parser.encodePayloadAsBinary;
exports.decodePayloadAsBinary = parser.decodePayloadAsBinary;
