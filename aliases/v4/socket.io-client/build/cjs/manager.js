// Manager in a file of its own, as programs reach for it.
exports.Manager = require("@bowline/client").Manager;
