// What require("component-emitter") gives in programs of 1.x and 2.x.
const { Emitter } = require("@bowline/protocol/emitter");

module.exports = Emitter;
