// A program of 4.x in TypeScript that calls what require() gives; it is compiled, not run.
import createIo = require("socket.io");
import connect = require("socket.io-client");

const server: createIo.Server = createIo(3000, { path: "/chat" });
const client: connect.Socket = connect("http://localhost:3000", { path: "/chat" });
const typed = new createIo<{ add(a: number): void }>(3001);
const listening = createIo.listen(3002);
typed.on("connection", (socket) => socket.on("add", (a) => console.log(a.toFixed(), listening.path())));
class Shop extends createIo.Server {}
new Shop().of("/desk").on("connection", (socket: createIo.Socket) => console.log(socket.id));
server.emit("hello");
client.on("hello", () => client.disconnect());
