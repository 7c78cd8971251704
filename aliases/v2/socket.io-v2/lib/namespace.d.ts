// The type of Namespace, for programs that require it from this file.
import { Namespace } from "@bowline/server";

export = Namespace;
