// The type of Socket, for programs that require it from this file.
import { Socket } from "@bowline/server";

export = Socket;
