// What require("socket.io-adapter") gives in programs of 2.x: the class.
const core = require("@bowline/adapter");

module.exports = core.ElderAdapter;
