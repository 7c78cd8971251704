// The class of connections in a file of its own, as instrumentations look for it.
exports.Socket = require("@bowline/server/engine").Socket;
