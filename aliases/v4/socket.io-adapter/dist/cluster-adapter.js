// The bases of adapters for several servers in a file of their own, for programs that require them from there.
const core = require("@bowline/adapter");

exports.MessageType = core.MessageType;
exports.ClusterAdapter = core.ClusterAdapter;
exports.ClusterAdapterWithHeartbeat = core.ClusterAdapterWithHeartbeat;
