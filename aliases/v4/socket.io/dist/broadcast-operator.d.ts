// The type of BroadcastOperator, for programs that import it from this file.
export { BroadcastOperator } from "@bowline/server";
