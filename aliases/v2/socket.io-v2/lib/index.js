// What require("socket.io") gives in programs of 2.x: a function that makes a server, with and without `new`.
// Rules: the server has the defaults, the tolerance and the program interface of 2.x, unless the program says otherwise.
const compat2 = require("@bowline/server/compat-2");

function Server(target, options) {
  return Reflect.construct(compat2.Server, [target, options], new.target ?? compat2.Server);
}
Server.prototype = compat2.Server.prototype;

module.exports = Server;
module.exports.listen = Server;
module.exports.Server = Server;
module.exports.Namespace = require("./namespace.js");
module.exports.Socket = require("./socket.js");
