// The types of BroadcastOperator and of what it finds, for programs that import them from this file.
export { BroadcastOperator, RemoteSocket } from "@bowline/server";
