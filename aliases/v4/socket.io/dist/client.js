// Client in a file of its own, as programs require it.
exports.Client = require("@bowline/server").ClientConnection;
