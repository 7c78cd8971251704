// The type of ParentNamespace, for programs that require it from this file.
import io = require("./index.js");

declare const ParentNamespace: abstract new (...parts: never[]) => io.Namespace;
type ParentNamespace = io.Namespace;

export = ParentNamespace;
