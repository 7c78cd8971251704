// What require("socket.io") gives in programs of 4.x: a function that makes a server, with and without `new`.
// Rules: the classes come from files of their own, since instrumentations patch their prototypes by file name.
const { Server } = require("@bowline/server/uws");
require("./broadcast-operator.js");
const { Namespace } = require("./namespace.js");
const { Socket } = require("./socket.js");

function io(target, options) {
  return Reflect.construct(Server, [target, options], new.target ?? Server);
}
io.prototype = Server.prototype;

module.exports = io;
module.exports.Server = Server;
module.exports.Namespace = Namespace;
module.exports.Socket = Socket;
module.exports.listen = io;
module.exports.default = io;
