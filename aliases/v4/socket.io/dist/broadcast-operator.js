// BroadcastOperator in a file of its own, which instrumentations patch by its name.
exports.BroadcastOperator = require("@bowline/server").BroadcastOperator;
