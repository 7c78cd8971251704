// The type of ParentNamespace, for programs that require it from this file.
import { Namespace } from "@bowline/server/compat-2";

export = Namespace;
