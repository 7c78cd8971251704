// What require("socket.io") gives in programs of 2.x: a function that makes a server, with and without `new`.
// Rules: the server has the defaults and the tolerance of 2.x, unless the program says otherwise.
const core = require("@bowline/server");

class ServerOf2 extends core.Server {
  constructor(target, options) {
    super(target, { compat: target?.compat ?? 2, ...options });
  }
}

function Server(target, options) {
  return Reflect.construct(ServerOf2, [target, options], new.target ?? ServerOf2);
}
Server.prototype = ServerOf2.prototype;

module.exports = Server;
module.exports.listen = Server;
module.exports.Server = Server;
module.exports.Namespace = require("./namespace.js");
module.exports.Socket = require("./socket.js");
