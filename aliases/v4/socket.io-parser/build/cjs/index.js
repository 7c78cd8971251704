// What require("socket.io-parser") gives in programs of 3.x and 4.x.
const parsers = require("@bowline/protocol/parser-api");

exports.protocol = 5;
exports.PacketType = parsers.PacketTypes;
exports.Encoder = parsers.Encoder5;
exports.Decoder = parsers.Decoder5;
exports.isPacketValid = parsers.isPacketValid;
