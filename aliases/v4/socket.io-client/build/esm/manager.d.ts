// The type of Manager, for programs that import it from this file.
export { Manager } from "@bowline/client";
