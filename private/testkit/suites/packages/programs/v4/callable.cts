// A program of 4.x in TypeScript that calls what require() gives; it is compiled, not run.
import createIo = require("socket.io");
import connect = require("socket.io-client");

const server: createIo.Server = createIo(3000, { path: "/chat" });
const client: connect.Socket = connect("http://localhost:3000", { path: "/chat" });
server.emit("hello");
client.on("hello", () => client.disconnect());
