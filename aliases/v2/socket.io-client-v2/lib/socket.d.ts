// The type of Socket, for programs that require it from this file.
import { Socket } from "@bowline/client/compat-2";

export = Socket;
