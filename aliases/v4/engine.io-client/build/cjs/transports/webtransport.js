// A part of the package in a file of its own, as programs reach for it.
const engine = require("@bowline/client/engine");

exports.WT = engine.WebTransport;
