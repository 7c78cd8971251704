// What require("engine.io-client") gives in programs of 1.x and 2.x: the class, with everything hanging on it.
const { Socket } = require("@bowline/client/engine/compat-2");

module.exports = Socket;
// Once more, so that import by its name finds it.
module.exports.parser = Socket.parser;
