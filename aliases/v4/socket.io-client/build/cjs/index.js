// What require("socket.io-client") gives in programs of 4.x: the function that connects, with everything hanging on it.
const { io } = require("@bowline/client");

module.exports = io;
module.exports.io = io;
module.exports.connect = io;
module.exports.Manager = io.Manager;
module.exports.Socket = io.Socket;
module.exports.protocol = io.protocol;
