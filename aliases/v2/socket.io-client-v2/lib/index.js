// What require("socket.io-client") gives in programs of 2.x: the function that connects, with everything hanging on it.
const { io, protocol } = require("@bowline/client/compat-2");

function lookup(url, options) {
  return io(url, options);
}

module.exports = lookup;
module.exports.managers = io.managers;
module.exports.protocol = protocol;
module.exports.connect = lookup;
module.exports.Manager = require("./manager.js");
module.exports.Socket = require("./socket.js");
module.exports.io = lookup;
module.exports.default = lookup;
