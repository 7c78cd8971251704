// The class of engines in a file of its own, as instrumentations look for it.
exports.Server = require("@bowline/server/engine").Server;
