// A program of 2.x that imports the package as a default, which its compiler makes of it.
import http from "node:http";
import socketio, { type Server, type Socket } from "socket.io";

const io: Server = socketio(http.createServer(), { path: "/chat" });
io.on("connection", (socket: Socket) => socket.emit("hello", socket.id));
io.of("/admin").on("connection", (socket: socketio.Socket) => socket.join("admins"));
