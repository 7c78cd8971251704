// The type of Namespace, for programs that require it from this file.
import io = require("./index.js");

declare const Namespace: abstract new (...parts: never[]) => io.Namespace;
type Namespace = io.Namespace;

export = Namespace;
