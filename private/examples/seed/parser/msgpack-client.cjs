// A client with the parser of its server.
const parser = require("socket.io-msgpack-parser");
const io = require("socket.io-client");

const socket = io("http://localhost:3000", { parser });

module.exports = [socket];
