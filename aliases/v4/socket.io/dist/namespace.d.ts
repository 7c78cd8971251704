// The type of Namespace, for programs that import it from this file.
export { Namespace } from "@bowline/server";
