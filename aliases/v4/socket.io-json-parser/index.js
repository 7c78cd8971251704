// What require("socket.io-json-parser") gives in programs of 3.x and 4.x.
const { createJsonParser } = require("@bowline/protocol/json");

const { Encoder, Decoder } = createJsonParser(5);

exports.protocol = 5;
exports.PacketType = { CONNECT: 0, DISCONNECT: 1, EVENT: 2, ACK: 3, CONNECT_ERROR: 4 };
exports.Encoder = Encoder;
exports.Decoder = Decoder;
