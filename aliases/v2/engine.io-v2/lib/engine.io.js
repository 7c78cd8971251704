// What require("engine.io") gives in programs of 2.x: a function that attaches an engine, or makes one.
const Server = require("./server.js");

function engine(target, options) {
  return typeof target?.listen === "function" ? engine.attach(target, options) : new Server(target);
}

module.exports = engine;
module.exports.protocol = 1;
module.exports.Server = Server;
module.exports.Socket = require("./socket.js");
module.exports.Transport = require("./transport.js");
module.exports.transports = require("./transports/index.js");
module.exports.parser = require("./parser.js");

module.exports.attach = (httpServer, options) => {
  const attached = new Server(options);
  attached.attach(httpServer, options);
  return attached;
};

module.exports.listen = (port, options, listening) => {
  const started = typeof options === "function" ? options : listening;
  const given = typeof options === "function" ? {} : options;
  return require("@bowline/server/engine").listen(port, { compat: 2, ...given }, started);
};
