// The type of Socket, for programs that import it from this file.
export { Socket } from "@bowline/client";
