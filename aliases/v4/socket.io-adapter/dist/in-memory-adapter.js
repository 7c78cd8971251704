// The adapters in memory in a file of their own, for programs that require them from there.
const core = require("@bowline/adapter");

exports.Adapter = core.Adapter;
exports.SessionAwareAdapter = core.SessionAwareAdapter;
