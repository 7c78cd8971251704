// BroadcastOperator and RemoteSocket in a file of their own, which instrumentations patch by its name.
const core = require("@bowline/server");

exports.BroadcastOperator = core.BroadcastOperator;
exports.RemoteSocket = core.RemoteSocket;
