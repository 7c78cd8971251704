// What require("socket.io-client") gives in programs of 4.x: the function that connects, with everything hanging on it.
const { io, Manager, protocol, Socket } = require("@bowline/client");

function lookup(url, options) {
  return io(url, options);
}

module.exports = lookup;
module.exports.io = lookup;
module.exports.connect = lookup;
module.exports.Manager = Manager;
module.exports.Socket = Socket;
module.exports.protocol = protocol;
module.exports.managers = io.managers;
module.exports.default = lookup;
