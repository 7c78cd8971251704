// Socket in a file of its own, as programs reach for it.
exports.Socket = require("@bowline/client").Socket;
