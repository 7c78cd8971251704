// Namespace in a file of its own, which instrumentations patch by its name.
exports.Namespace = require("@bowline/server").Namespace;
