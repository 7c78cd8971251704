// What require("socket.io-parser") gives in programs of 1.x and 2.x.
const parsers = require("@bowline/protocol/parser-api");

exports.protocol = 4;
exports.types = parsers.types;
exports.CONNECT = 0;
exports.DISCONNECT = 1;
exports.EVENT = 2;
exports.ACK = 3;
exports.ERROR = 4;
exports.BINARY_EVENT = 5;
exports.BINARY_ACK = 6;
exports.Encoder = parsers.Encoder4;
exports.Decoder = parsers.Decoder4;
