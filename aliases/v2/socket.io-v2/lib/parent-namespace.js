// ParentNamespace in a file of its own, as programs of 2.x require it: a namespace of a pattern is a namespace as all others.
module.exports = require("@bowline/server/compat-2").Namespace;
