// Socket in a file of its own, which instrumentations patch by its name.
exports.Socket = require("@bowline/server").Socket;
