// What require("socket.io-json-parser") gives in programs of 2.x.
const { createJsonParser } = require("@bowline/protocol/json");

const { Encoder, Decoder } = createJsonParser(4);

exports.CONNECT = 0;
exports.DISCONNECT = 1;
exports.EVENT = 2;
exports.ACK = 3;
exports.ERROR = 4;
exports.BINARY_EVENT = 5;
exports.BINARY_ACK = 6;
exports.Encoder = Encoder;
exports.Decoder = Decoder;
