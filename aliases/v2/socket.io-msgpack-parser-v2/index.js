// What require("socket.io-msgpack-parser") gives in programs of 2.x.
const { createMsgpackParser } = require("@bowline/protocol/msgpack");

const { Encoder, Decoder } = createMsgpackParser(4);

exports.CONNECT = 0;
exports.DISCONNECT = 1;
exports.EVENT = 2;
exports.ACK = 3;
exports.ERROR = 4;
exports.BINARY_EVENT = 5;
exports.BINARY_ACK = 6;
exports.Encoder = Encoder;
exports.Decoder = Decoder;
