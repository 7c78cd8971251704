// What import of "socket.io-client" gives in programs of 4.x.
export { connect, default, io, Manager, protocol, Socket } from "@bowline/client";
