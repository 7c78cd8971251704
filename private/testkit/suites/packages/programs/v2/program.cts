// A program of 2.x in TypeScript; it is compiled, not run.
import createIo = require("socket.io");
import connect = require("socket.io-client");
import parser = require("socket.io-parser");
import engineParser = require("engine.io-parser");
import Manager = require("socket.io-client/lib/manager");

const server: createIo.Server = createIo.listen(3000, { path: "/chat" });
const client: connect.Socket = connect.connect("http://localhost:3000", { path: "/chat" });
const second: createIo.Server = new createIo({ path: "/second" });
class Shop extends createIo.Server {}
second.on("connection", (socket: createIo.Socket) => new Shop().emit("arrived", socket.id));
server.emit("hello");
client.on("hello", () => client.disconnect());
const manager: Manager = new Manager("http://localhost:3000", { autoConnect: false });
manager.socket("/admin").open();
new parser.Encoder().encode({ type: parser.EVENT, nsp: "/", data: ["a"] }, (frames: unknown[]) => console.log(frames));
engineParser.encodePacket({ type: "message", data: "a" }, (encoded: unknown) => console.log(encoded));
