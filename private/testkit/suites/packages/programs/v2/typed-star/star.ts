// A program of 2.x that takes everything the package has under one name, and calls it.
import * as http from "node:http";
import * as socketio from "socket.io";

const app = http.createServer();
const io: socketio.Server = socketio(app);
const second: SocketIO.Server = socketio(3002, { pingInterval: 1000 });
const third = socketio.listen(app);
io.on("connection", (socket: socketio.Socket) => socket.emit("hello", second.path(), third.path()));
