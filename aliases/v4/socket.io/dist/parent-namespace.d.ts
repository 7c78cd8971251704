// The type of namespaces that stand for many, for programs that import it from this file.
export { Namespace as ParentNamespace } from "@bowline/server";
