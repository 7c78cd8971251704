// What import of "socket.io" gives in programs of 4.x: the very classes that require() gives.
import io from "./dist/index.js";

export const { Server, Namespace, Socket } = io;
