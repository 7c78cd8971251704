// What require("@socket.io/component-emitter") gives.
exports.Emitter = require("@bowline/protocol/emitter").Emitter;
