// ParentNamespace in a file of its own: a namespace of a pattern is a namespace as all others.
exports.ParentNamespace = require("@bowline/server").Namespace;
