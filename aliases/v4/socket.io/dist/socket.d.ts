// The type of Socket, for programs that import it from this file.
export { type IncomingEvent as Event, Socket } from "@bowline/server";
