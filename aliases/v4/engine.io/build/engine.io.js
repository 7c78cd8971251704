// What require("engine.io") gives in programs of 4.x.
const engine = require("@bowline/server/engine");

exports.Server = engine.Server;
exports.Socket = engine.Socket;
exports.Transport = engine.Transport;
exports.attach = engine.attach;
exports.listen = engine.listen;
exports.parser = engine.parser;
exports.protocol = engine.protocol;
exports.transports = engine.transports;
exports.uServer = require("./userver.js").uServer;
