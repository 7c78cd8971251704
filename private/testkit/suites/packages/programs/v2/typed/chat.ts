// A program of 2.x with the types of its time: namespaces and sockets as objects, rooms joined with a callback.
import { createServer, type IncomingMessage } from "node:http";

import io = require("socket.io");

const httpServer = createServer();
const server: io.Server = io(httpServer, { path: "/chat", origins: "*:*", pingTimeout: 5000, cookie: false });
const listening = io.listen(3000);
const options: io.ServerOptions = { transports: ["websocket"], serveClient: false };
options.path = "/other";
options.allowRequest = (_request: IncomingMessage, decide) => decide("", true);

function rooms(socket: io.Socket): string[] {
  return Object.keys(socket.rooms);
}

server.use((socket, next) => {
  if (socket.handshake.query.token) next();
  else next(new Error("no token"));
});

server.on("connection", (socket: SocketIO.Socket) => {
  socket.join("lobby", (error: any) => console.log(error, rooms(socket)));
  socket.join(["a", "b"]).leave("lobby", () => {});
  socket.on("say", (text: string, done: (answer: boolean) => void) => {
    socket.broadcast.to("lobby").emit("said", text);
    socket.to("a").in("b").emit("said", text);
    socket.json.emit("said", { text });
    socket.volatile.emit("typing", socket.id);
    done(true);
  });
  socket.use((packet, next) => (packet[0] === "say" ? next() : next(new Error("unknown event"))));
  socket.emit("welcome", socket.handshake.headers["user-agent"], socket.request.headers.cookie);
  socket.on("disconnect", (reason: string) => console.log(reason, socket.client.conn.remoteAddress));
  socket.once("error", (error) => console.log(error));
  socket.compress(false).send("hello");
  socket.conn.on("packet", (packet) => console.log(packet.type));
  if (socket.connected) socket.disconnect(true);
});

server.of("/news").on("connect", (socket) => console.log(socket.nsp.name, socket.server === server));
server.of(/^\/dynamic-\d+$/).on("connection", (socket) => socket.nsp.emit("hello"));
server.of((_name: string, _query: any, next: any) => next(null, true)).use((_socket, next) => next());
server.sockets.emit("to everybody", 1);
server.to("lobby").emit("said", "hello");
server.emit("a").emit("b");
server.clients((error: any, ids: string[]) => console.log(error, ids.length));
server.in("lobby").clients((_error: any, ids: string[]) => console.log(ids));
const everybody: SocketIO.Socket[] = Object.keys(server.sockets.connected).map((id) => server.sockets.connected[id]);
const found: io.Socket = server.sockets.sockets["id"];
const lobby: SocketIO.Room = server.sockets.adapter.rooms["lobby"];
const count = lobby ? lobby.length : 0;
const names = Object.keys(server.nsps);
const path: string = server.path();
server
  .path("/a")
  .serveClient(true)
  .adapter({})
  .origins(["a:80"])
  .origins((_origin, decide) => decide(null, true));
server.attach(httpServer, options).listen(3001);
server.engine.generateId = (request: IncomingMessage) => String(request.url);
listening.close(() => console.log(everybody, found, count, names, path));

class Chat {
  private readonly io: SocketIO.Server;
  private readonly room: SocketIO.Namespace;

  constructor(given: SocketIO.Server) {
    this.io = given;
    this.room = this.io.of("/room");
  }

  tell(text: string): SocketIO.Namespace {
    this.room.emit("told", text);
    return this.room;
  }
}
new Chat(server).tell("hello");

// @ts-expect-error a listener is a function
server.on("connection", "listener");
