// The type of Socket, for programs that require it from this file.
import io = require("./index.js");

declare const Socket: abstract new (...parts: never[]) => io.Socket;
type Socket = io.Socket;

export = Socket;
