// The class of engines on apps of uWebSockets.js in a file of its own, as upstream has it.
exports.uServer = require("@bowline/server/uws").UwsEngine;
