// The class of transports in a file of its own, as instrumentations look for it.
exports.Transport = require("@bowline/server/engine").Transport;
