// What import of "engine.io" gives in programs of 4.x: the very values that require() gives.
import engine from "./build/engine.io.js";

export const { Server, Socket, Transport, attach, listen, parser, protocol, transports, uServer } = engine;
